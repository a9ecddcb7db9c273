"""What was found about gradients: plain data, and what it says together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convopt.benchmarks.gradient import Gradient
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.results import COMPARABLE, Cell, merged_cells
from convopt.benchmarks.measuring.samples import Timing, geometric_mean
from convopt.benchmarks.peers.peer import Layout

OURS = ("convopt", Layout.OWN)
PLAIN_TORCH = ("torch", Layout.NCHW)
"""What a training loop without further thought runs."""


@dataclass(frozen=True)
class GradientRow:
    """All libraries on one gradient of a layer, and the machine's limit for it."""

    layer: Layer
    gradient: Gradient
    limit: LayerLimit
    cells: tuple[Cell, ...]

    def cell(self, name: tuple[str, Layout]) -> Cell | None:
        """Of a library in a layout; None where it did not take part."""
        return next((cell for cell in self.cells if (cell.peer, cell.layout) == name), None)

    def timing(self, name: tuple[str, Layout]) -> Timing | None:
        """None where nothing was timed."""
        cell = self.cell(name)
        return cell.timing if cell else None

    @property
    def best_peer(self) -> Cell | None:
        """With the least time of those that compute in fp32."""
        timed = [
            (cell.timing.min_seconds, cell)
            for cell in self.cells
            if (cell.peer, cell.layout) != OURS
            and cell.timing
            and (cell.error or 0.0) <= COMPARABLE
        ]
        return min(timed, key=lambda pair: pair[0])[1] if timed else None

    @property
    def over_best(self) -> "Speedup | None":
        """How many times faster than its best peer convopt is."""
        best = self.best_peer
        return speedup(best.timing if best else None, self.timing(OURS))

    @property
    def over_torch(self) -> "Speedup | None":
        """How many times faster than PyTorch on NCHW convopt is."""
        return speedup(self.timing(PLAIN_TORCH), self.timing(OURS))


@dataclass(frozen=True)
class Speedup:
    """A ratio of least times, and that of medians."""

    least: float
    median: float


@dataclass(frozen=True)
class GroupMeans:
    """Geometric means of speedups over the layers of a group; None where nothing was timed."""

    name: str
    layers: int
    over_best: Speedup | None
    over_torch: Speedup | None


def speedup(theirs: Timing | None, ours: Timing | None) -> Speedup | None:
    """None where one is missing."""
    if theirs is None or ours is None:
        return None
    return Speedup(
        theirs.min_seconds / ours.min_seconds, theirs.median_seconds / ours.median_seconds
    )


def merged_row(rows: Sequence[GradientRow]) -> GradientRow:
    """One row of what several processes found about the same gradient."""
    first = rows[0]
    cells = merged_cells([row.cells for row in rows])
    return GradientRow(first.layer, first.gradient, first.limit, cells)


def group_means(rows: Sequence[GradientRow]) -> list[GroupMeans]:
    """One entry a group, which is what the tables call a network, in order of appearance."""
    groups: dict[str, list[GradientRow]] = {}
    for row in rows:
        groups.setdefault(row.layer.network, []).append(row)
    return [
        GroupMeans(
            name,
            len(members),
            _mean(row.over_best for row in members),
            _mean(row.over_torch for row in members),
        )
        for name, members in groups.items()
    ]


def libraries(rows: Sequence[GradientRow]) -> list[tuple[str, Layout]]:
    """Names and layouts of all cells, in order."""
    return list(dict.fromkeys((cell.peer, cell.layout) for row in rows for cell in row.cells))


def _mean(speedups: Iterable[Speedup | None]) -> Speedup | None:
    found = [one for one in speedups if one is not None]
    if not found:
        return None
    return Speedup(
        geometric_mean(one.least for one in found), geometric_mean(one.median for one in found)
    )
