"""What rows say together: the best peer, and means over classes of layers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.measuring.results import COMPARABLE, Cell, LayerRow
from convopt.benchmarks.measuring.samples import Timing, geometric_mean
from convopt.benchmarks.peers.peer import Layout

OURS = "convopt"


@dataclass(frozen=True)
class ClassMeans:
    """Geometric means over the layers of a class; times are multiples of the limit.

    `best` takes the fastest peer of each layer, `speedup` is how many times convopt is faster than
    that; None where convopt or every peer has no time. `peers` holds each peer's mean and of how
    many layers it is.
    """

    name: str
    layers: int
    ours: float | None
    best: float | None
    speedup: float | None
    peers: dict[str, tuple[float, int]]


def timing_of(row: LayerRow, peer: str, layout: Layout) -> Timing | None:
    """None where nothing was timed."""
    cell = row.cell(peer, layout)
    return cell.timing if cell else None


def best_peer(row: LayerRow, layout: Layout) -> Cell | None:
    """The fastest library apart from convopt, by least time, of those that compute in fp32."""
    cells = [row.cell(name, layout) for name in peer_names([row])]
    timed = [
        (cell.timing.min_seconds, cell)
        for cell in cells
        if cell and cell.timing and (cell.error or 0.0) <= COMPARABLE
    ]
    return min(timed, key=lambda pair: pair[0])[1] if timed else None


def speedup(row: LayerRow, layout: Layout) -> float | None:
    """The best peer's least time over convopt's."""
    ours, best = timing_of(row, OURS, layout), best_peer(row, layout)
    if ours is None or best is None or best.timing is None:
        return None
    return best.timing.min_seconds / ours.min_seconds


def peer_names(rows: Iterable[LayerRow]) -> list[str]:
    """Everyone but convopt, in order."""
    names = dict.fromkeys(cell.peer for row in rows for cell in row.cells)
    return [name for name in names if name != OURS]


def class_means(rows: Sequence[LayerRow], layout: Layout) -> list[ClassMeans]:
    """One entry a class, in order of appearance; for more than one class, `all` at the end."""
    classes: dict[str, list[LayerRow]] = {}
    for row in rows:
        classes.setdefault(layer_class(row.layer), []).append(row)
    if len(classes) > 1:
        classes["all"] = list(rows)
    return [_means(name, members, layout) for name, members in classes.items()]


def _means(name: str, rows: Sequence[LayerRow], layout: Layout) -> ClassMeans:
    peers = {}
    for peer in peer_names(rows):
        found = _multiples(timing_of(row, peer, layout) for row in rows)
        if found:
            peers[peer] = (geometric_mean(found), len(found))
    ours = _multiples(timing_of(row, OURS, layout) for row in rows)
    best = _multiples(cell.timing for row in rows if (cell := best_peer(row, layout)))
    ratios = [ratio for row in rows if (ratio := speedup(row, layout)) is not None]
    return ClassMeans(name, len(rows), _mean(ours), _mean(best), _mean(ratios), peers)


def _multiples(timings: Iterable[Timing | None]) -> list[float]:
    return [1 / one.share for one in timings if one is not None]


def _mean(values: Sequence[float]) -> float | None:
    return geometric_mean(values) if values else None
