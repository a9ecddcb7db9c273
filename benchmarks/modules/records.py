"""Rows of modules as flat records."""

from collections.abc import Iterator, Mapping

from convopt.benchmarks.modules.results import FUSED, ModuleRow, ratio
from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.reporting.records import CELL_FIELDS, cell_fields

FIELDS = (
    "module",
    "group",
    "macs",
    "bytes",
    "limit_us",
    "bound",
    "kernels",
    "peer",
    "version",
    *CELL_FIELDS,
    "times_limit",
    "times_best_peer",
)
"""One record a library and module. `bytes` and `limit_us` know nothing of what lies between layers;
`kernels` is what convopt's planner made of the layers, None for all others. `times_limit` is
1 / `share_of_limit`, `times_best_peer` the least time as a multiple of the best peer's."""


def module_records(row: ModuleRow, versions: Mapping[str, str]) -> Iterator[Record]:
    """A record for every cell; None where there is no number."""
    module, best = row.module, row.best_peer
    common = {
        "module": module.name,
        "group": module.group,
        "macs": module.macs,
        "bytes": module.bytes,
        "limit_us": 1e6 * row.limit.seconds,
        "bound": row.limit.bound,
    }
    for cell in row.cells:
        found = cell.timing
        yield {
            **common,
            "kernels": " ".join(row.kernels) if cell.peer == FUSED else None,
            "version": versions[cell.peer],
            **cell_fields(cell, module.macs),
            "times_limit": found and 1 / found.share,
            "times_best_peer": ratio(found, best.timing if best else None),
        }
