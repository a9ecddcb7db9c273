"""Layers alone and fused modules with their best schedules and predicted times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import BandAttr, Prefetch, TileAttr
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.kernel_model import PlannedKernel, kernel_of
from convopt.passes.cost.memory_access.accesses import Phase, traffic_beyond
from convopt.passes.cost.memory_access.asking_ahead import is_free, stage_times
from convopt.passes.cost.memory_access.predicted_time import USABLE
from convopt.passes.geometry.asking import can_ask_ahead
from convopt.passes.geometry.bands import divides_bands
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.plan.candidates import best_schedule, best_tile_in_bands, problem_of, unevenness

BANDS = (1, 2, 4, 7, 8, 14, 16, 28)
"""Rows of a band that are tried: measured times differ by less than 2 % between neighbours."""
NEGLIGIBLE = 0.02
"""Of bands whose times differ by less, the one that threads share most evenly is taken."""


@dataclass(frozen=True)
class PlannedLayers:
    """A layer or a module with its schedules: what it does, and how long for one image."""

    kernel: PlannedKernel
    tiles: tuple[TileAttr, ...]
    phases: tuple[Phase, ...]
    seconds: float
    target: CpuTarget

    @property
    def schedule(self) -> BandAttr:
        """Of a module."""
        assert self.kernel.band is not None
        return BandAttr(self.kernel.band)

    @property
    def moved_bytes(self) -> int:
        """Beyond L2."""
        return FLOAT_BYTES * traffic_beyond(self.phases, USABLE * self.target.l2_bytes).total


def planned_layer(op: ConvolutionOp, target: CpuTarget, network_bytes: float) -> PlannedLayers:
    """A convolution on its own with its best tile.

    `network_bytes`: touched from one run of the network to the next.
    """
    tile, _ = best_schedule(op, target)
    return _planned(PlannedKernel((kernel_of(op, target, tile),)), (tile,), target, network_bytes)


def best_module(
    stages: Sequence[ConvolutionOp],
    target: CpuTarget,
    network_bytes: float,
    most_ring_bytes: float = inf,
) -> PlannedLayers | None:
    """The module of the least predicted time; `network_bytes` as in `planned_layer`.

    None where no band keeps the intermediate rows within `most_ring_bytes`.
    """
    modules = [
        module
        for module in _modules(stages, target, network_bytes)
        if module.kernel.ring_bytes <= most_ring_bytes
    ]
    if not modules:
        return None
    least = min(module.seconds for module in modules)
    outputs = stages[-1].result_type.get_shape()[2]
    near = [module for module in modules if module.seconds <= (1 + NEGLIGIBLE) * least]
    return min(near, key=lambda each: (_unevenness(each, outputs), each.seconds))


def _unevenness(module: PlannedLayers, outputs: int) -> float:
    return unevenness(-(-outputs // module.schedule.rows.data))


def _modules(
    stages: Sequence[ConvolutionOp], target: CpuTarget, network_bytes: float
) -> Iterator[PlannedLayers]:
    axes = tuple(axes_of(stage)[0] for stage in stages)
    problems = [problem_of(stage, target, by_rows=True) for stage in stages]
    for band in BANDS:
        if band > axes[-1].outputs:
            return
        tiles: list[TileAttr] = []
        for number, problem in enumerate(problems):
            heights = tuple(
                rows for rows in range(1, band + 1) if divides_bands(axes, band, number, rows)
            )
            tiles.append(best_tile_in_bands(problem, heights, target))
        kernels = (
            kernel_of(stage, target, tile) for stage, tile in zip(stages, tiles, strict=True)
        )
        kernel = PlannedKernel(tuple(kernels), band)
        module = _planned(kernel, tuple(tiles), target, network_bytes)
        yield _asking_ahead(stages, module, target) or module


def _asking_ahead(
    stages: Sequence[ConvolutionOp], module: PlannedLayers, target: CpuTarget
) -> PlannedLayers | None:
    """The module whose busiest stage asks for the next band's input, if that costs nothing.

    It pays more than predicted: a stage that waits for memory does not overlap it perfectly.
    """
    tiles, first = module.tiles, stages[0]
    asking = [n for n, each in enumerate(stages) if can_ask_ahead(first, each, tiles[n], target)]
    if not target.prefetches or not asking:
        return None
    busiest = max(asking, key=lambda n: stages[n].macs)
    if not is_free(module.phases, busiest, target):
        return None
    tile = tiles[busiest]
    size = (tile.rows.data, tile.columns.data, tile.vectors.data)
    asks = TileAttr(tile.scheme, *size, Prefetch.INPUT)
    kernel = module.kernel._replace(asking=busiest)
    changed = tuple(asks if n == busiest else each for n, each in enumerate(tiles))
    seconds = sum(time.seconds for time in stage_times(module.phases, busiest, target))
    return PlannedLayers(kernel, changed, module.phases, seconds, target)


def _planned(
    kernel: PlannedKernel, tiles: tuple[TileAttr, ...], target: CpuTarget, network_bytes: float
) -> PlannedLayers:
    since = kernel.in_network(network_bytes)
    phases = tuple(kernel.phases(since))
    seconds = sum(time.seconds for time in stage_times(phases, kernel.asking, target))
    return PlannedLayers(kernel, tiles, phases, seconds, target)
