"""Trying every register tile of a layer, to check the one that convopt chooses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.counts.layer_code import laid_out, the_convolution
from convopt.benchmarks.counts.measurement import LayerCounts, measure
from convopt.benchmarks.layer import LayerData
from convopt.convdialect.attributes import TileAttr, TileScheme
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.errors import ConvoptError
from convopt.passes.cost.tile_cost import (
    RotateProblem,
    broadcast_cycles,
    broadcast_tiles,
    rotate_cycles,
    rotate_tiles,
)
from convopt.passes.geometry.schemes import axes_of, scheme_of
from convopt.passes.plan.choose_tiles import broadcast_problem, choose_tile

Tracked = Callable[[Sequence[TileAttr], str], Iterable[TileAttr]]
"""Called with what will be tried and a title; passes it on."""


def no_tracking(tiles: Sequence[TileAttr], title: str) -> Iterable[TileAttr]:
    """Shows nothing."""
    return tiles


@dataclass(frozen=True)
class TriedTile:
    """A tile, the cycles that the cost model predicts (None: not legal), and what was counted."""

    tile: TileAttr
    predicted_cycles: float | None
    counts: LayerCounts


@dataclass(frozen=True)
class Search:
    """The tiles of one layer, fewest instructions first."""

    chosen: TileAttr
    tried: tuple[TriedTile, ...]

    @property
    def distance(self) -> float:
        """By how much the chosen tile's instructions exceed the best's, as a fraction."""
        return self._chosen_counts.instructions_per_mac / self._best.instructions_per_mac - 1

    @property
    def _best(self) -> LayerCounts:
        return self.tried[0].counts

    @property
    def _chosen_counts(self) -> LayerCounts:
        return next(one.counts for one in self.tried if one.tile == self.chosen)


def search_tiles(data: LayerData, target: CpuTarget, tracked: Tracked = no_tracking) -> Search:
    """Compile, run and count a layer with every candidate tile; `tracked` shows how far it is.

    Raises ConvoptError if a result is wrong.
    """
    convolution = the_convolution(laid_out(data, target))
    chosen, _ = choose_tile(convolution, target)
    candidates = dict(candidate_tiles(convolution, target))
    if chosen not in candidates:
        raise ConvoptError(f"{data.layer.name}: {chosen} was chosen, but is no candidate")
    tried = [
        TriedTile(tile, candidates[tile], measure(data, target, tile))
        for tile in tracked(list(candidates), data.layer.name)
    ]
    return Search(chosen, tuple(sorted(tried, key=lambda one: one.counts.total.instructions)))


def candidate_tiles(
    op: ConvolutionOp, target: CpuTarget
) -> Iterator[tuple[TileAttr, float | None]]:
    """Tiles that kernels exist for, with the cost model's cycles; None where it rules them out."""
    if scheme_of(op, target) is TileScheme.ROTATE:
        rotate = RotateProblem(*axes_of(op), op.filter_type.get_shape()[1])
        for rows, columns in rotate_tiles(rotate):
            tile = TileAttr(TileScheme.ROTATE, rows, columns)
            yield tile, rotate_cycles(rotate, target, rows, columns)
        return
    broadcast = broadcast_problem(op, target)
    for pixels, vectors in broadcast_tiles(broadcast, target):
        tile = TileAttr(TileScheme.BROADCAST, 1, pixels, vectors)
        yield tile, broadcast_cycles(broadcast, target, pixels, vectors)
