"""The schedules of weight gradients with their predicted cycles."""

from collections.abc import Iterator
from functools import lru_cache

from convopt.backends.targets import CpuTarget
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.ops.gradients import WeightGradientOp
from convopt.convdialect.schedules import Prefetch
from convopt.passes.cost.lane_gradient_cost import LaneTileSize, asks_ahead, lane_cycles, lane_tiles
from convopt.passes.cost.outer_product_cost import OuterTileSize, outer_cycles, outer_tiles
from convopt.passes.geometry.outer_products import OuterProducts
from convopt.passes.geometry.weight_gradients import WeightGradient, weight_gradient_of

TileSize = LaneTileSize | OuterTileSize


def best_weight_gradient_schedule(
    op: WeightGradientOp, target: CpuTarget
) -> tuple[GradientTileAttr, float]:
    """The schedule with the fewest predicted cycles, and these cycles for one image."""
    problem = weight_gradient_of(op)
    tile, cycles = best_tile(problem, target)
    return _schedule(problem, target, tile), cycles / problem.batch


def weight_gradient_schedules(
    op: WeightGradientOp, target: CpuTarget
) -> Iterator[tuple[GradientTileAttr, float]]:
    """Every legal schedule, with its predicted cycles for one image."""
    problem = weight_gradient_of(op)
    for tile, cycles in _costs(problem, target):
        if cycles is not None:
            yield _schedule(problem, target, tile), cycles / problem.batch


@lru_cache(maxsize=1024)
def best_tile(problem: WeightGradient, target: CpuTarget) -> tuple[TileSize, float]:
    """The tile with the fewest predicted cycles, and these cycles for all images."""
    costs = ((tile, cycles) for tile, cycles in _costs(problem, target) if cycles is not None)
    return min(costs, key=lambda cost: cost[1])


def _costs(problem: WeightGradient, target: CpuTarget) -> Iterator[tuple[TileSize, float | None]]:
    if problem.has_lanes(target.lanes):
        for tile in lane_tiles(problem, target):
            yield tile, lane_cycles(problem, target, tile)
    products = OuterProducts(problem, target.lanes)
    for size in outer_tiles(products, target):
        yield size, outer_cycles(products, target, size)


def _schedule(problem: WeightGradient, target: CpuTarget, tile: TileSize) -> GradientTileAttr:
    if isinstance(tile, OuterTileSize):
        return GradientTileAttr(
            GradientScheme.BROADCAST,
            tile.rows,
            tile.columns,
            channels=tile.channels,
            vectors=tile.vectors,
            taps=tile.taps,
        )
    asks = asks_ahead(problem, target, tile)
    return GradientTileAttr(
        tile.scheme,
        tile.rows,
        tile.columns,
        tile.passes,
        tile.sets,
        flush=tile.flush,
        prefetch=Prefetch.INPUT if asks else Prefetch.NONE,
    )
