"""Accesses of CPU kernels, against loops that are walked and caches that are played."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Access, Operand, moved_beyond, traffic_beyond
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    EpilogueWork,
    LastTouch,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.fused_phases import kernel_phase
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution
from convopt.testing.kernel_walk import counted, fetched, missed, predicted, walk

LANES = 4


def conv(
    channels: int, rows: int, columns: int, outputs: int, kernel: int = 1, **others: int
) -> Convolution:
    stride, dilation = others.get("stride", 1), others.get("dilation", 1)
    pad = others.get("pad", kernel // 2)
    extent = dilation * (kernel - 1) + 1
    down, across = (
        Axis(size, (size + 2 * pad - extent) // stride + 1, kernel, stride, pad, dilation)
        for size in (rows, columns)
    )
    return Convolution(down, across, channels, outputs, others.get("groups", 1))


epilogues = st.builds(
    EpilogueWork, st.integers(0, 2), st.booleans(), st.integers(0, 1), st.integers(0, 1)
)


@st.composite
def windows(draw: st.DrawFn, dilations: int = 2) -> dict[str, int]:
    return {
        "kernel": draw(st.sampled_from([1, 2, 3, 5])),
        "stride": draw(st.integers(1, 3)),
        "pad": draw(st.integers(0, 2)),
        "dilation": draw(st.integers(1, dilations)),
    }


@st.composite
def by_pixel_kernels(draw: st.DrawFn, *, strips: bool) -> CpuKernel:
    window = draw(windows(1 if strips else 2))
    per_group = 1 if strips else draw(st.sampled_from([1, 2, 4]))
    channels = 4 * draw(st.integers(1, 2)) - (0 if per_group > 1 else draw(st.integers(0, 1)))
    size = window["dilation"] * (window["kernel"] - 1) + 1
    rows, columns = (size + draw(st.integers(0, 5)) for _ in range(2))
    layer = conv(channels, rows, columns, channels, groups=channels // per_group, **window)
    if strips:
        return CpuKernel(layer, StripTile(draw(st.integers(1, 4))), LANES, draw(epilogues))
    holds = per_group == 1 and draw(st.booleans())
    tile = RotateTile(draw(st.integers(1, 4)), draw(st.integers(1, 4)), holds)
    return CpuKernel(layer, tile, LANES, draw(epilogues))


@st.composite
def broadcast_kernels(draw: st.DrawFn) -> CpuKernel:
    window = draw(windows())
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    group_inputs = draw(st.sampled_from([1, 2, 4, 8]))
    group_outputs = draw(st.sampled_from([1, 3, 4, 8]))
    size = window["dilation"] * (window["kernel"] - 1) + 1
    rows, columns = (size + draw(st.integers(0, 4)) for _ in range(2))
    layer = conv(
        groups * group_inputs, rows, columns, groups * group_outputs, groups=groups, **window
    )
    blocks = -(-layer.outputs // LANES)
    vectors = draw(st.sampled_from([v for v in range(1, 5) if blocks % v == 0]))
    whole = groups == 1 or group_inputs % LANES == 0
    tile = BroadcastTile(draw(st.integers(1, 5)), vectors, whole and draw(st.booleans()))
    return CpuKernel(layer, tile, LANES, draw(epilogues))


any_kernel = st.one_of(
    by_pixel_kernels(strips=False), by_pixel_kernels(strips=True), broadcast_kernels()
)


@settings(max_examples=100, deadline=None)
@given(any_kernel)
def test_accesses_are_those_of_the_loops(kernel: CpuKernel) -> None:
    steps = list(walk(kernel))
    phase = kernel_phase("", kernel, LastTouch())
    assert predicted([phase]) == counted(steps)
    assert all(access.elements > 0 for access in phase.accesses)


@settings(max_examples=40, deadline=None)
@given(any_kernel)
def test_a_cache_that_holds_all_fetches_everything_once(kernel: CpuKernel) -> None:
    steps = list(walk(kernel))
    largest = max(
        (a.distance for a in kernel_phase("", kernel, LastTouch()).accesses if a.distance < inf),
        default=0,
    )
    assert fetched([kernel_phase("", kernel, LastTouch())], largest) == missed(steps, inf)


CASES = {
    "rotate": CpuKernel(conv(8, 24, 40, 8, 3, groups=8), RotateTile(2, 4), LANES),
    "grouped": CpuKernel(conv(8, 24, 40, 8, 3, groups=2), RotateTile(2, 4), LANES),
    "strip": CpuKernel(conv(8, 60, 24, 8, 3, groups=8), StripTile(4), LANES),
    "pointwise": CpuKernel(conv(16, 12, 12, 32), BroadcastTile(6, 2), LANES),
    "dense": CpuKernel(conv(8, 16, 32, 8, 3), BroadcastTile(4, 1), LANES),
    "indexed": CpuKernel(conv(16, 12, 12, 32), BroadcastTile(6, 2, True), LANES),
}
"""Kernels whose distances lie far apart."""


@pytest.mark.parametrize("name", CASES)
def test_a_cache_fetches_what_the_distances_say(name: str) -> None:
    """Capacities halfway between two distances, as factors."""
    kernel = CASES[name]
    steps = list(walk(kernel))
    phase = kernel_phase("", kernel, LastTouch())
    distances = sorted({access.distance for access in phase.accesses if access.distance < inf})
    capacities = [
        (a * b) ** 0.5 for a, b in zip(distances, [*distances[1:], distances[-1] * 4], strict=True)
    ]
    for capacity in capacities:
        assert fetched([phase], capacity) == missed(steps, capacity), capacity


def test_where_operands_are_found() -> None:
    kernel = CpuKernel(conv(8, 6, 6, 8, 3, groups=8), RotateTile(2, 3), LANES)
    assert kernel.working_set_bytes == FLOAT_BYTES * (2 * 8 * 36 + 8 * 9)
    warm = kernel_phase("", kernel, LastTouch.warm(kernel))
    assert moved_beyond(warm, kernel.working_set_bytes) == (0, 0)
    assert moved_beyond(warm, kernel.working_set_bytes - 1) == (8 * 36 + 8 * 9, 8 * 36)
    cold = kernel_phase("", kernel, LastTouch.in_network(kernel, 10**9))
    assert traffic_beyond([cold], kernel.working_set_bytes) == Traffic(weights=8 * 9)
    again = replace(LastTouch.warm(kernel), rows_again=2, again=100)
    assert moved_beyond(kernel_phase("", kernel, again), 1000).loaded == 8 * 4 * 6 + 8 * 9


def test_epilogue_operands_are_counted() -> None:
    epilogue = EpilogueWork(operations=2, starts=True, channel_operands=1, tensor_operands=1)
    kernel = CpuKernel(conv(4, 4, 4, 8), BroadcastTile(4, 1), LANES, epilogue)
    phase = kernel_phase("", kernel, LastTouch())
    assert phase.other_operations == 2 * 2 * 16
    assert phase.fmas == 4 * 2 * 16
    # 8 tiles start, 32 results take two operands each, 4 tiles a block load 4 weights and 16 pixels
    assert phase.loads == 8 + 64 + 8 * (4 + 16)
    assert Access(Operand.EXTRA, 4 * 32 + 2 * 8, inf) in phase.accesses


def test_distances_by_hand() -> None:
    """A rotate tile of 2 x 4 reads 4 x 6 pixels and 9 weights; a row of tiles 4 x 40 and 9."""
    found = {access.distance for access in kernel_phase("", CASES["rotate"], LastTouch()).accesses}
    assert found == {inf, 16 * (24 + 9 + 8), 16 * (160 + 9 + 80)}
    found = {access.distance for access in kernel_phase("", CASES["strip"], LastTouch()).accesses}
    assert found == {inf, 16 * 60 * (6 + 4)}
    phase = kernel_phase("", CASES["pointwise"], LastTouch())
    weights = 16 * 8  # of a block of two vectors
    of_a_tile = 4 * (6 * 16 + weights + 6 * 8)
    of_a_block = 4 * (144 * 16 + weights + 144 * 8)
    assert {access.distance for access in phase.accesses} == {inf, of_a_tile, of_a_block}
