"""Trying every register tile of a layer, to check the one that convopt chooses."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from convopt.benchmarks.counts.measurement import LayerCounts, measure
from convopt.benchmarks.layer import LayerData
from convopt.benchmarks.layer_code import Candidate, legal_tiles
from convopt.convdialect.schedules import TileAttr


@dataclass(frozen=True)
class TriedTile(Candidate):
    """And what was counted."""

    counts: LayerCounts


@dataclass
class Search:
    """The legal tiles of one layer, and those that were tried so far.

    `target` is the name of a target, or the path of a target file.
    """

    data: LayerData
    target: str
    chosen: TileAttr
    candidates: list[Candidate]
    tried: list[TriedTile] = field(default_factory=list)

    @staticmethod
    def of(data: LayerData, target: str) -> "Search":
        """Nothing is tried yet."""
        return Search(data, target, *legal_tiles(data, target))

    def attempt(self, candidate: Candidate) -> None:
        """Compile, run and count the layer with a tile. Raises ConvoptError if it is wrong."""
        counts = measure(self.data, self.target, candidate.tile)
        self.tried.append(TriedTile(candidate.tile, candidate.predicted_cycles, counts))

    @property
    def ranked(self) -> list[TriedTile]:
        """What was tried, fewest instructions first."""
        return sorted(self.tried, key=lambda one: one.counts.total.instructions)

    @property
    def distance(self) -> float | None:
        """Of the chosen tile from the best; None until it is tried."""
        return next(map(self.above_best, self._chosen()), None)

    def above_best(self, one: TriedTile) -> float:
        """By how much a tile's instructions exceed the best's, as a fraction."""
        fewest = self.ranked[0].counts.total.instructions
        return one.counts.total.instructions / fewest - 1

    def _chosen(self) -> Iterator[TriedTile]:
        return (one for one in self.tried if one.tile == self.chosen)
