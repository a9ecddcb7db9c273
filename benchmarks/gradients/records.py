"""Rows of gradients as flat records."""

from collections.abc import Iterator, Mapping

from convopt.benchmarks.gradient import gradient_bytes
from convopt.benchmarks.gradients.results import OURS, GradientRow, speedup
from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.reporting.records import CELL_FIELDS, cell_fields

FIELDS = (
    "gradient",
    "group",
    "layer",
    "class",
    "macs",
    "bytes",
    "limit_us",
    "bound",
    "peer",
    "version",
    *CELL_FIELDS,
    "is_best_peer",
    "times_convopt",
    "median_times_convopt",
)
"""One record a library, layout and gradient. `times_convopt` is the least time as a multiple of
convopt's, `median_times_convopt` the same of medians."""


def gradient_records(row: GradientRow, versions: Mapping[str, str]) -> Iterator[Record]:
    """A record for every cell; None where there is no number."""
    layer, ours = row.layer, row.timing(OURS)
    common = {
        "gradient": str(row.gradient),
        "group": layer.network,
        "layer": layer.name,
        "class": layer_class(layer),
        "macs": layer.macs,
        "bytes": sum(gradient_bytes(layer, row.gradient)),
        "limit_us": 1e6 * row.limit.seconds,
        "bound": row.limit.bound,
    }
    for cell in row.cells:
        times = speedup(cell.timing, ours)
        yield {
            **common,
            **cell_fields(cell, layer.macs),
            "version": versions[cell.peer],
            "is_best_peer": cell is row.best_peer,
            "times_convopt": times and times.least,
            "median_times_convopt": times and times.median,
        }
