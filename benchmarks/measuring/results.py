"""What was found about layers: plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.samples import Timing, over_processes
from convopt.benchmarks.peers.peer import Layout

EXACT = 1e-5
"""Relative error, as a norm, that direct methods in fp32 stay below."""

COMPARABLE = 1e-3
"""Up to here the method may be another one, such as Winograd's; beyond, it is not fp32."""


@dataclass(frozen=True)
class Cell:
    """One library on one layer. `timing` is None where `note` says why nothing was timed."""

    peer: str
    layout: Layout
    timing: Timing | None
    error: float | None = None
    note: str = ""


@dataclass(frozen=True)
class LayerRow:
    """All libraries on one layer, and the machine's limit for it."""

    table: str
    layer: Layer
    limit: LayerLimit
    cells: tuple[Cell, ...]

    def cell(self, peer: str, layout: Layout) -> Cell | None:
        """The library's cell for a layout; for OWN, that in NCHW of one that likes no other."""
        found = {(cell.peer, cell.layout): cell for cell in self.cells}
        if layout is Layout.OWN and (peer, layout) not in found:
            layout = Layout.NCHW
        return found.get((peer, layout))


def merged(rows: Sequence[LayerRow]) -> LayerRow:
    """One row of what several processes found about the same layer."""
    first = rows[0]
    return LayerRow(first.table, first.layer, first.limit, merged_cells([r.cells for r in rows]))


def merged_cells(found: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
    """One cell for each of those that every process has, in the same order."""
    return tuple(_merged_cell(cells) for cells in zip(*found, strict=True))


def _merged_cell(cells: Sequence[Cell]) -> Cell:
    """Untimed if any process could not time it."""
    first = cells[0]
    timings = [cell.timing for cell in cells if cell.timing is not None]
    if len(timings) < len(cells):
        return next(cell for cell in cells if cell.timing is None)
    error = max(cell.error for cell in cells if cell.error is not None)
    return Cell(first.peer, first.layout, over_processes(timings), error, first.note)
