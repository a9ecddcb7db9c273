"""Accesses of fused modules, against loops that are walked and caches that are played."""

from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convopt.passes.cost.memory_access.accesses import Operand, traffic_beyond
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    LastTouch,
    RotateTile,
)
from convopt.passes.cost.memory_access.fused_phases import Halo, kernel_phase, module_phases
from convopt.passes.cost.memory_access.halo import inputs_of
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution
from convopt.testing.kernel_walk import counted, fetched, missed, predicted, walk_module

LANES = 4


def conv(
    channels: int, size: tuple[int, int], outputs: int, kernel: int = 1, **others: int
) -> Convolution:
    stride = others.get("stride", 1)
    down, across = (
        Axis(each, (each - kernel + 2 * (kernel // 2)) // stride + 1, kernel, stride, kernel // 2)
        for each in size
    )
    return Convolution(down, across, channels, outputs, others.get("groups", 1))


def pointwise(channels: int, outputs: int, size: tuple[int, int] = (32, 24)) -> CpuKernel:
    return CpuKernel(conv(channels, size, outputs), BroadcastTile(6, 2, True), LANES)


def depthwise(channels: int, stride: int = 1, size: tuple[int, int] = (32, 24)) -> CpuKernel:
    layer = conv(channels, size, channels, 3, stride=stride, groups=channels)
    return CpuKernel(layer, RotateTile(2, 4), LANES)


MODULES = {
    "dwpw": [depthwise(8), pointwise(8, 16)],
    "dwpw s2": [depthwise(8, 2), pointwise(8, 16, (16, 12))],
    "pwdw": [pointwise(4, 16), depthwise(16)],
    "pwdw s2": [pointwise(4, 16), depthwise(16, 2)],
    "pwpw": [pointwise(8, 8), pointwise(8, 16)],
    "pwdwpw": [pointwise(4, 16), depthwise(16), pointwise(16, 8)],
    "dwpwdwpw": [depthwise(8), pointwise(8, 16), depthwise(16), pointwise(16, 8)],
}


@pytest.mark.parametrize("halo", Halo)
@pytest.mark.parametrize("band", [1, 5])
@pytest.mark.parametrize("name", MODULES)
def test_accesses_of_modules_are_those_of_the_loops(name: str, band: int, halo: Halo) -> None:
    steps = list(walk_module(MODULES[name], band, halo))
    phases = module_phases(MODULES[name], band, LastTouch(), halo)
    assert predicted(phases) == counted(steps)


@pytest.mark.parametrize("halo", Halo)
@pytest.mark.parametrize("name", MODULES)
def test_a_cache_that_holds_a_band_fetches_everything_once(name: str, halo: Halo) -> None:
    phases = module_phases(MODULES[name], 4, LastTouch(), halo)
    capacity = 2 * max(a.distance for phase in phases for a in phase.accesses if a.distance < inf)
    found = fetched(phases, capacity)
    played = missed(list(walk_module(MODULES[name], 4, halo)), capacity)
    for operand in (Operand.INPUT, Operand.WEIGHTS, Operand.OUTPUT):
        assert found[operand] == played[operand]
    # buffers grow by the rows that the first band has less, for it starts in the padding
    assert 0.75 * played[Operand.INTERMEDIATE] <= found[Operand.INTERMEDIATE]
    assert found[Operand.INTERMEDIATE] <= played[Operand.INTERMEDIATE]


@pytest.mark.parametrize("name", ["dwpw", "pwdw", "pwdwpw"])
def test_a_cache_that_holds_a_tile_fetches_what_the_distances_say(name: str) -> None:
    phases = module_phases(MODULES[name], 4, LastTouch())
    found = fetched(phases, 1500)
    assert found == missed(list(walk_module(MODULES[name], 4, Halo.KEPT)), 1500)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(1, 2), st.sampled_from([1, 3, 5]))
def test_kept_rows_are_made_once(band: int, stride: int, kernel: int) -> None:
    first = CpuKernel(conv(4, (14, 6), 8), BroadcastTile(6, 1), LANES)
    window = conv(8, (14, 6), 8, kernel, stride=stride, groups=8)
    assume(stride <= kernel)
    stages = [first, CpuKernel(window, RotateTile(1, 3), LANES)]
    kept = module_phases(stages, band, LastTouch())
    again = module_phases(stages, band, LastTouch(), Halo.RECOMPUTED)
    alone = [kernel_phase("", stage, LastTouch()) for stage in stages]
    needed = len(inputs_of(window.rows, 0, window.rows.outputs))
    assert kept[0].fmas * first.conv.rows.outputs == alone[0].fmas * needed
    assert again[0].fmas >= kept[0].fmas
    assert [kept[1].fmas, again[1].fmas] == [alone[1].fmas] * 2


def test_an_intermediate_in_a_small_band_stays_near() -> None:
    """DW 64 @56 -> PW 128: apart, what lies between is written and read; fused it stays in L2."""
    lanes = 16
    first = CpuKernel(conv(64, (56, 56), 64, 3, groups=64), RotateTile(2, 7), lanes)
    second = CpuKernel(conv(64, (56, 56), 128), BroadcastTile(14, 2), lanes)
    l2 = 512 * 1024
    alone = [kernel_phase("", each, LastTouch.warm(each)) for each in (first, second)]
    apart = traffic_beyond(alone, l2)
    fused = traffic_beyond(module_phases([first, second], 4, LastTouch()), l2)
    middle, out = 64 * 56 * 56, 128 * 56 * 56
    assert apart.input >= 2 * middle
    assert fused.input == middle
    assert fused.output == out
    assert fused.intermediate == middle * 4 // 56  # the buffer itself, once
    assert fused.weights == 64 * 9 + 64 * 128
