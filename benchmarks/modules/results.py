"""What was found about modules: plain data, and what it says together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.results import COMPARABLE, Cell, merged_cells
from convopt.benchmarks.measuring.samples import Timing, geometric_mean
from convopt.benchmarks.module import Module

FUSED, SEPARATE = "convopt", "convopt-separate"
"""The cells of convopt: as its planner decides, and with a kernel for every layer."""


@dataclass(frozen=True)
class ModuleRow:
    """All libraries on one module, and the machine's limit for it.

    `kernels` are those that convopt's planner made of the layers, in order.
    """

    module: Module
    limit: LayerLimit
    cells: tuple[Cell, ...]
    kernels: tuple[str, ...]

    def cell(self, name: str) -> Cell | None:
        """None where the library did not take part."""
        return next((cell for cell in self.cells if cell.peer == name), None)

    def timing(self, name: str) -> Timing | None:
        """None where nothing was timed."""
        cell = self.cell(name)
        return cell.timing if cell else None

    @property
    def peers(self) -> list[Cell]:
        """Of all but convopt."""
        return [cell for cell in self.cells if cell.peer not in (FUSED, SEPARATE)]

    @property
    def best_peer(self) -> Cell | None:
        """With the least time of those that compute in fp32."""
        timed = [
            (cell.timing.min_seconds, cell)
            for cell in self.peers
            if cell.timing and (cell.error or 0.0) <= COMPARABLE
        ]
        return min(timed, key=lambda pair: pair[0])[1] if timed else None

    @property
    def speedup(self) -> float | None:
        """The best peer's least time over convopt's."""
        best = self.best_peer
        return ratio(best.timing if best else None, self.timing(FUSED))

    @property
    def gain(self) -> float | None:
        """The least time of separate kernels over that of what the planner decided."""
        return ratio(self.timing(SEPARATE), self.timing(FUSED))


@dataclass(frozen=True)
class GroupMeans:
    """Geometric means over the modules of a group.

    `libraries` holds, by name, the mean of least times as multiples of the limit, and of how many
    modules it is; `best` the same for each module's best peer, `speedup` how many times faster than
    that convopt is. None where nothing was timed.
    """

    name: str
    modules: int
    libraries: dict[str, tuple[float, int]]
    best: float | None
    speedup: float | None


def ratio(above: Timing | None, below: Timing | None) -> float | None:
    """Of the least times; None where one is missing."""
    if above is None or below is None:
        return None
    return above.min_seconds / below.min_seconds


def merged_row(rows: Sequence[ModuleRow]) -> ModuleRow:
    """One row of what several processes found about the same module."""
    first = rows[0]
    cells = merged_cells([row.cells for row in rows])
    return ModuleRow(first.module, first.limit, cells, first.kernels)


def group_means(rows: Sequence[ModuleRow]) -> list[GroupMeans]:
    """One entry a group, in order of appearance."""
    groups: dict[str, list[ModuleRow]] = {}
    for row in rows:
        groups.setdefault(row.module.group, []).append(row)
    return [_means(name, members) for name, members in groups.items()]


def library_names(rows: Sequence[ModuleRow]) -> list[str]:
    """Of all cells, in order."""
    return list(dict.fromkeys(cell.peer for row in rows for cell in row.cells))


def _means(name: str, rows: Sequence[ModuleRow]) -> GroupMeans:
    libraries = {}
    for library in library_names(rows):
        multiples = _multiples(row.timing(library) for row in rows)
        if multiples:
            libraries[library] = (geometric_mean(multiples), len(multiples))
    best = _multiples(cell.timing for row in rows if (cell := row.best_peer))
    speedups = [row.speedup for row in rows if row.speedup is not None]
    return GroupMeans(name, len(rows), libraries, _mean(best), _mean(speedups))


def _multiples(timings: Iterable[Timing | None]) -> list[float]:
    return [1 / one.share for one in timings if one is not None]


def _mean(values: Sequence[float]) -> float | None:
    return geometric_mean(values) if values else None
