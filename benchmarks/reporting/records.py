"""Rows as flat records."""

from collections.abc import Iterator, Mapping

from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.measuring.results import Cell, LayerRow
from convopt.benchmarks.reporting.files import Record

CELL_FIELDS = (
    "layout",
    "median_us",
    "min_us",
    "gflops",
    "share_of_limit",
    "median_share_of_limit",
    "peak_gflops",
    "samples",
    "relative_error",
    "note",
)
"""What `cell_fields` gives beside the library's name."""

FIELDS = (
    "table",
    "network",
    "layer",
    "class",
    "count",
    "macs",
    "bytes",
    "limit_us",
    "bound",
    "peer",
    "version",
    *CELL_FIELDS,
)
"""One record a library, layout and layer. `limit_us` is at the speed of the clock at which the
limits were measured; `gflops` and `share_of_limit` are those of the least time, the latter against
the limit at the best clock beside this layer; `median_share_of_limit` compares every sample with
the limit at the clock beside it."""


def records(row: LayerRow, versions: Mapping[str, str]) -> Iterator[Record]:
    """A record for every cell; None where there is no number."""
    layer = row.layer
    common = {
        "table": row.table,
        "network": layer.network,
        "layer": layer.name,
        "class": layer_class(layer),
        "count": layer.count,
        "macs": layer.macs,
        "bytes": layer.bytes,
        "limit_us": 1e6 * row.limit.seconds,
        "bound": row.limit.bound,
    }
    for cell in row.cells:
        yield common | cell_fields(cell, layer.macs) | {"version": versions[cell.peer]}


def cell_fields(cell: Cell, macs: int) -> Record:
    """The library's name, and what was found about it where it takes `macs` multiply-adds."""
    found = cell.timing
    return {
        "peer": cell.peer,
        "layout": str(cell.layout),
        "median_us": found and 1e6 * found.median_seconds,
        "min_us": found and 1e6 * found.min_seconds,
        "gflops": found and 2e-9 * macs / found.min_seconds,
        "share_of_limit": found and found.share,
        "median_share_of_limit": found and found.median_share,
        "peak_gflops": found and found.peak_gflops,
        "samples": found and found.samples,
        "relative_error": cell.error,
        "note": cell.note,
    }
