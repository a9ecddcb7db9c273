"""What was found about the tiles of layers: plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layer_code import Candidate
from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.limits.roofline import LayerLimit
from convopt.benchmarks.measuring.samples import Timing
from convopt.convdialect.schedules import TileAttr


@dataclass(frozen=True)
class TimedTiles:
    """Tiles that are the same code, its times (medians over processes), and its largest error."""

    candidates: tuple[Candidate, ...]
    timing: Timing
    error: float


@dataclass(frozen=True)
class LayerSearch:
    """Every legal tile of a layer, at least one; `chosen` is convopt's."""

    layer: Layer
    limit: LayerLimit
    chosen: TileAttr
    tried: tuple[TimedTiles, ...]

    @property
    def ranked(self) -> list[TimedTiles]:
        """Least time first."""
        return sorted(self.tried, key=lambda one: one.timing.min_seconds)

    @property
    def distance(self) -> float:
        """By how much the chosen tile's time exceeds the best's, as a fraction."""
        return self.above_best(next(one for one in self.tried if self.is_chosen(one)))

    def above_best(self, one: TimedTiles) -> float:
        """The same of any tile."""
        return one.timing.min_seconds / self.ranked[0].timing.min_seconds - 1

    def is_chosen(self, one: TimedTiles) -> bool:
        """Whether the chosen tile is among these."""
        return any(candidate.tile == self.chosen for candidate in one.candidates)


@dataclass(frozen=True)
class ClassDistances:
    """How far the chosen tiles of a class of layers are from the best, as fractions."""

    name: str
    layers: int
    median: float
    worst: float
    worst_layer: str


def class_distances(searches: Sequence[LayerSearch]) -> list[ClassDistances]:
    """One entry a class, in order of appearance; for more than one class, `all` at the end."""
    classes: dict[str, list[LayerSearch]] = {}
    for search in searches:
        classes.setdefault(layer_class(search.layer), []).append(search)
    if len(classes) > 1:
        classes["all"] = list(searches)
    return [_distances(name, members) for name, members in classes.items()]


def _distances(name: str, searches: Sequence[LayerSearch]) -> ClassDistances:
    worst = max(searches, key=lambda search: search.distance)
    middle = median(search.distance for search in searches)
    return ClassDistances(name, len(searches), middle, worst.distance, worst.layer.name)
