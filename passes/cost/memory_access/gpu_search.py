"""The tile of a layer or a fused module that moves the fewest elements, out of all feasible ones.

This is the accounting of published plans, whatever kernels look like; passes/plan/gpu_search plans
the ones that are generated.
A tile's room is tested before it is accepted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from convopt.passes.cost.memory_access.gpu_layers import layer_fits, layer_traffic
from convopt.passes.cost.memory_access.gpu_limits import BlockTile, GpuLimits
from convopt.passes.cost.memory_access.gpu_modules import (
    module_fits,
    module_redundancy,
    module_traffic,
)
from convopt.passes.cost.memory_access.halo import ImageCut, cut_image
from convopt.passes.cost.memory_access.traffic import Traffic, in_sequence
from convopt.passes.geometry.blocks.kinds import ModuleKind, Stages
from convopt.passes.geometry.convolution import Convolution

EXTENTS = (1, 2, 3, 4, 6, 7, 8, 12, 14, 16, 20, 24, 28, 32, 48, 56, 64, 112)
"""Rows and columns of a tile that are tried, clipped to the map."""
FILTERS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
"""Filters of a tile that are tried, beside all."""


@dataclass(frozen=True)
class PlannedLayer:
    """A convolution on its own with the best tile."""

    tile: BlockTile
    traffic: Traffic


@dataclass(frozen=True)
class PlannedModule:
    """A fused module with the best tile.

    `redundancy`: how much of the first stage is done again, as a share of all of it.
    """

    kind: ModuleKind
    tile: BlockTile
    traffic: Traffic
    redundancy: float

    @property
    def name(self) -> str:
        """The kind, and whether tiles make the pixels of their halos again."""
        recomputes = self.kind is ModuleKind.PWDW and self.redundancy > 0
        return f"{self.kind.value}_R" if recomputes else self.kind.value


@lru_cache(maxsize=4096)
def best_layer(conv: Convolution, limits: GpuLimits) -> PlannedLayer | None:
    """The best tile; None where not even one element has room.

    Where no tile gives every multiprocessor a block, some stay idle.
    """
    fits, moves = partial(layer_fits, conv), partial(layer_traffic, conv)
    for each in (limits, replace(limits, sms=1)):
        best = _least(conv, conv.outputs, partial(fits, limits=each), moves)
        if best is not None:
            return PlannedLayer(*best)
    return None


@lru_cache(maxsize=4096)
def best_module(stages: tuple[Convolution, ...], limits: GpuLimits) -> PlannedModule | None:
    """The best tile; None where the stages make no module or no tile is feasible."""
    module = Stages.of(stages)
    if module is None or len(stages) == 1:
        return None
    fits = partial(module_fits, module, limits=limits)
    best = _least(module.window, stages[-1].outputs, fits, partial(module_traffic, module))
    if best is None:
        return None
    tile, traffic = best
    cut = cut_image(module.window, tile.rows, tile.columns)
    redundancy = module_redundancy(module, cut, tile.filters)
    return PlannedModule(module.kind, tile, traffic, redundancy)


def unfused_traffic(stages: Sequence[Convolution], limits: GpuLimits) -> Traffic | None:
    """The layers one after the other, each with its best tile; None where one has none."""
    layers = [best_layer(stage, limits) for stage in stages]
    planned = [layer.traffic for layer in layers if layer is not None]
    return in_sequence(planned) if len(planned) == len(layers) else None


def _least(
    window: Convolution,
    filters: int,
    fits: Callable[[ImageCut, int], bool],
    moves: Callable[[ImageCut, int], Traffic],
) -> tuple[BlockTile, Traffic] | None:
    """Of the tiles that fit the one that moves least; of equals the smallest."""
    found: list[tuple[int, BlockTile, Traffic]] = []
    for rows, columns in _spatial_tiles(window):
        cut = cut_image(window, rows, columns)
        for each in _clipped((*FILTERS, filters), filters):
            if fits(cut, each):
                traffic = moves(cut, each)
                found.append((traffic.total, BlockTile(each, rows, columns), traffic))
    return min(found)[1:] if found else None


def _spatial_tiles(window: Convolution) -> Iterator[tuple[int, int]]:
    for rows in _clipped(EXTENTS, window.rows.outputs):
        for columns in _clipped(EXTENTS, window.columns.outputs):
            yield rows, columns


@lru_cache(maxsize=1024)
def _clipped(sizes: tuple[int, ...], most: int) -> tuple[int, ...]:
    return tuple(sorted({min(size, most) for size in sizes}))
