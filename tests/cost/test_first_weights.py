"""When weights are touched first, against loops that are walked."""

from math import inf

import pytest

from convopt.passes.cost.memory_access.accesses import (
    COLD,
    Access,
    Operand,
    Phase,
    total_of,
)
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    EpilogueWork,
    LastTouch,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.fused_phases import kernel_phase
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution
from convopt.testing.kernel_walk import FMA, walk

LANES = 4
POINTWISE = Convolution(Axis(6, 6, 1), Axis(8, 8, 1), channels=8, outputs=16)
VALID = Convolution(Axis(8, 6, 3), Axis(10, 8, 3), channels=8, outputs=8, groups=2)
KERNELS = {
    "pointwise": (CpuKernel(POINTWISE, BroadcastTile(4, 2), LANES), 12, 2),
    "grouped": (CpuKernel(VALID, RotateTile(2, 4), LANES), 6, 2),
    "dense": (CpuKernel(VALID, BroadcastTile(4, 1), LANES), 12, 2),
}
"""Without padding, all tiles equal: with tiles and blocks."""


def weights_of(phase: Phase) -> list[Access]:
    return [
        each for each in phase.accesses if each.operand is Operand.WEIGHTS and each.distance == COLD
    ]


@pytest.mark.parametrize("name", KERNELS)
def test_the_first_tile_of_a_block_touches_all_its_weights(name: str) -> None:
    kernel, tiles, blocks = KERNELS[name]
    steps = list(walk(kernel))
    fmas = steps.count(FMA)
    seen: set[object] = set()
    latest = 0.0
    done = 0
    for step in steps:
        done += step is FMA
        if step.operand is Operand.WEIGHTS and step.at not in seen:
            seen.add(step.at)
            latest = max(latest, done / fmas * blocks % 1)
    (access,) = weights_of(kernel_phase("", kernel, LastTouch()))
    assert access.window == pytest.approx(1 / tiles)
    assert 0.5 * access.window < latest <= access.window


@pytest.mark.parametrize("name", KERNELS)
def test_tiles_are_loops_that_each_start_anew(name: str) -> None:
    kernel, tiles, blocks = KERNELS[name]
    starting = CpuKernel(kernel.conv, kernel.tile, LANES, EpilogueWork(starts=True))
    starts = sum(step.operand is Operand.EXTRA for step in walk(starting))
    phase = kernel_phase("", kernel, LastTouch())
    assert phase.loops == tiles * blocks == starts // getattr(kernel.tile, "vectors", 1)


def test_tiles_without_a_loop() -> None:
    conv = Convolution(Axis(8, 6, 3), Axis(8, 6, 3), channels=8, outputs=8, groups=8)
    two_passes = Convolution(Axis(8, 6, 3), Axis(8, 6, 3), channels=8, outputs=8, groups=4)
    for kernel in (
        CpuKernel(conv, RotateTile(2, 3), LANES),
        CpuKernel(two_passes, RotateTile(2, 3), LANES),
        CpuKernel(conv, StripTile(3), LANES),
    ):
        assert kernel_phase("", kernel, LastTouch()).loops == 0


def test_a_kernel_that_asks_for_weights_waits_for_the_first_block_only() -> None:
    kernel = CpuKernel(POINTWISE, BroadcastTile(4, 2), LANES, asks_for_weights=True)
    found = weights_of(kernel_phase("", kernel, LastTouch()))
    assert [(each.elements, each.window) for each in found] == [
        (64, pytest.approx(1 / 24)),
        (64, 1.0),
    ]


def test_the_window_of_several_bands_is_the_mean_one() -> None:
    def band(fmas: int, window: float) -> Phase:
        inputs = Access(Operand.INPUT, 3, inf)
        return Phase("", fmas, 0, 0, 0, (inputs, Access(Operand.WEIGHTS, 10, inf, window=window)))

    total = total_of("both", [band(300, 0.5), band(100, 0.1)])
    assert total.accesses == (
        Access(Operand.INPUT, 6, inf),
        Access(Operand.WEIGHTS, 20, inf, window=pytest.approx(0.4)),
    )
    assert total_of("nothing", []).fmas == 0
