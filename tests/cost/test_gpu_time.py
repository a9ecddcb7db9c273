"""Room and time of GPU kernels: limits with their reasons, bounds that hold, effects by hand."""

from dataclasses import replace
from typing import Any

import pytest

from convopt.backends.targets import gpu_target
from convopt.passes.cost.gpu.occupancy import problem_on, resident_blocks
from convopt.passes.cost.gpu.predicted_time import predicted_seconds
from convopt.passes.cost.gpu.shared_access import (
    filter_wavefronts,
    pixel_wavefronts,
    strip_wavefronts,
    wavefronts,
)
from convopt.passes.cost.gpu.traffic import kernel_traffic
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.blocks.checks import problem_of
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import Stages
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.blocks.threads import ProductThreads
from convopt.passes.geometry.convolution import Convolution


def conv(channels: int, size: int, outputs: int, kernel: int = 1, groups: int = 1) -> Convolution:
    axis = Axis(size, size, kernel, 1, kernel // 2)
    return Convolution(axis, axis, channels, outputs, groups)


POINTWISE = (conv(64, 14, 128),)
DEPTHWISE = (conv(64, 28, 64, 3, 64),)
GROUPED = (conv(24, 14, 48, 3, 4),)
PAIR = (*DEPTHWISE, conv(64, 28, 128))
GOOD: dict[str, int] = {
    "filters": 32,
    "rows": 1,
    "columns": 28,
    "thread_filters": 4,
    "thread_pixels": 4,
    "channels": 16,
}


MATRIX = {"thread_filters": 16, "thread_pixels": 8, "matrix": True}
SCALED = {"is_scaled": True}


def kernel(
    stages: tuple[Convolution, ...], lanes: int = 1, *, is_scaled: bool = False, **sizes: int
) -> BlockKernel:
    kinds = Stages.of(stages)
    assert kinds is not None
    per_channel = (1,) * len(stages)
    return BlockKernel(kinds, BlockSizes(**{**GOOD, **sizes}), per_channel, lanes, lanes, is_scaled)


@pytest.mark.parametrize(
    ("stages", "sizes", "problem"),
    [
        (POINTWISE, {"filters": 34}, "thread_filters: expected a divisor of 34 filters, found 4"),
        (POINTWISE, {"slices": 3}, "slices: expected a divisor of 16 channels, found 3"),
        (
            POINTWISE,
            {"filters": 128, "columns": 196, "thread_pixels": 1},
            "threads: expected at most 1024 in a block, found 6272",
        ),
        (DEPTHWISE, {}, "channels: expected 1 without a reduction over channels, found 16"),
        (
            DEPTHWISE,
            {"channels": 1, "buffers": 2},
            "buffers: expected 1 without a reduction over channels, found 2",
        ),
        (
            DEPTHWISE,
            {"channels": 1, "thread_pixels": 8},
            "thread_pixels: expected a divisor of 28 columns, found 8",
        ),
        (
            GROUPED,
            {},
            "filters: expected less than the 12 of a group or a multiple, found 32",
        ),
        (
            GROUPED,
            {"filters": 24, "thread_filters": 8},
            "thread_filters: expected a divisor of a group's 12 filters, found 8",
        ),
        (
            POINTWISE,
            {"lanes": 4, "channels": 6},
            "channels: expected a multiple of the 4 in a word, found 6",
        ),
        (
            POINTWISE,
            {"lanes": 4, "filters": 18, "thread_filters": 2},
            "filters: expected a multiple of the 4 in a word, found 18",
        ),
        (
            POINTWISE,
            {"lanes": 4, "thread_filters": 2},
            "thread_filters: expected a multiple of the 4 in a word, found 2",
        ),
        (
            DEPTHWISE,
            {"lanes": 2, "channels": 1, "thread_filters": 1},
            "thread_filters: expected a multiple of the 2 in a word, found 1",
        ),
        (
            GROUPED,
            {"lanes": 4, "filters": 24},
            "groups: expected a multiple of 4 input channels in each, found 6",
        ),
        (
            (conv(16, 14, 24, 3, 4),),
            {"lanes": 4, "filters": 24},
            "groups: expected a multiple of 4 filters in each, found 6",
        ),
        (
            DEPTHWISE,
            {**MATRIX, "channels": 1, "thread_pixels": 7},
            "matrix: expected false without a reduction over channels, found true",
        ),
        (
            POINTWISE,
            {**MATRIX, **SCALED},
            "matrix: expected false where the input is scaled, found true",
        ),
        (
            GROUPED,
            {**MATRIX, "filters": 24, "thread_filters": 12},
            "matrix: expected the filters of one group in a block, found those of 2",
        ),
        (
            POINTWISE,
            {**MATRIX, "thread_filters": 8},
            "thread_filters: expected a multiple of 16 for tensor cores, found 8",
        ),
        (
            POINTWISE,
            {**MATRIX, "lanes": 4, "channels": 32},
            "thread_filters: expected a multiple of 32 for tensor cores, found 16",
        ),
        (
            POINTWISE,
            {**MATRIX, "thread_pixels": 4},
            "thread_pixels: expected a multiple of 8 for tensor cores, found 4",
        ),
        (
            POINTWISE,
            {**MATRIX, "channels": 12},
            "channels: expected a multiple of 8 for tensor cores, found 12",
        ),
        (
            POINTWISE,
            {**MATRIX, "lanes": 2, "channels": 16, "slices": 2},
            "channels: expected a multiple of 32 for tensor cores, found 16",
        ),
    ],
)
def test_sizes_that_make_no_sense(
    stages: tuple[Convolution, ...], sizes: dict[str, Any], problem: str
) -> None:
    assert problem_of(kernel(stages, **sizes)) == problem


def test_sizes_that_make_sense() -> None:
    assert problem_of(kernel(POINTWISE)) == ""
    assert problem_of(kernel(DEPTHWISE, channels=1)) == ""
    assert problem_of(kernel(GROUPED, filters=24)) == ""
    assert problem_of(kernel(GROUPED, filters=8)) == ""
    assert problem_of(kernel(PAIR)) == ""
    assert problem_of(kernel(POINTWISE, **MATRIX)) == ""
    assert problem_of(kernel(POINTWISE, lanes=2, **MATRIX)) == ""
    assert problem_of(kernel((conv(16, 14, 96, 3, 2),), **{**MATRIX, "filters": 48})) == ""


def test_tensor_cores_that_a_gpu_has() -> None:
    single, half = kernel(POINTWISE, **MATRIX), kernel(POINTWISE, lanes=2, **MATRIX)
    none = gpu_target("gtx-1660")
    for each in (single, half):
        assert problem_on(each, gpu_target("h200")) == ""
        found = problem_on(each, none)
        assert found == "matrix: expected a GPU with tensor cores, found gtx-1660"
    turing = replace(none, matrix_cycles=4.0)
    assert problem_on(half, turing) == ""
    expected = "matrix: expected compute capability 8.0 or more for tf32, found 7.5"
    assert problem_on(single, turing) == expected


def test_a_target_has_room_or_says_what_lacks() -> None:
    target = gpu_target("gtx-1660")
    wide = kernel(PAIR, filters=128, rows=7, channels=64, thread_filters=8, thread_pixels=8)
    found = problem_on(wide, target)
    expected = f"at most 65536 bytes in a block on gtx-1660, found {wide.shared.size}"
    assert found == f"shared memory: expected {expected}"
    assert problem_on(wide, gpu_target("h200")) == ""
    exact = replace(gpu_target("h200"), shared_bytes_per_block=wide.shared.size)
    assert problem_on(wide, exact) == ""
    less = replace(exact, shared_bytes_per_block=wide.shared.size - 1)
    assert problem_on(wide, less).startswith("shared memory")
    tall = kernel(POINTWISE, filters=128, columns=196, thread_filters=16, thread_pixels=14)
    assert problem_on(tall, gpu_target("h200")).startswith("registers: expected at most 255 in a")
    assert problem_on(kernel(POINTWISE, slices=3), target).startswith("slices")
    many = kernel(POINTWISE, filters=128, columns=112)
    few = replace(target, registers_per_sm=32768)
    assert problem_on(many, few).startswith("registers: expected at most 32768 in a block on")


def test_what_limits_the_blocks_of_a_multiprocessor() -> None:
    target = gpu_target("h200")
    small = kernel(DEPTHWISE, filters=1, rows=4, channels=1, thread_filters=1)
    assert resident_blocks(small, target) == target.blocks_per_sm
    assert resident_blocks(small, replace(target, threads_per_sm=96)) == 3
    room = 5 * (small.shared.size + 1024)
    assert resident_blocks(small, replace(target, shared_bytes_per_sm=room)) == 5
    assert resident_blocks(small, replace(target, shared_bytes_per_sm=room - 1)) == 4


def test_passes_through_shared_memory() -> None:
    assert wavefronts(range(32)) == 1
    assert wavefronts([0] * 32) == 1
    assert wavefronts(range(0, 64, 2)) == 2
    assert wavefronts(range(0, 1024, 32)) == 32
    assert wavefronts(range(0, 128, 4), wide=4) == 4
    threads = ProductThreads.of_tile(32, 32, 4, 4)  # 8 x 8 threads; a warp is 4 x 8
    assert pixel_wavefronts(threads, 4, 1) == 1
    assert filter_wavefronts(threads, 4) == 1
    wide = ProductThreads.of_tile(32, 64, 4, 8)
    assert pixel_wavefronts(wide, 1, 1) == 2
    assert strip_wavefronts(32, 1, 1, 34, 34) == 1
    assert strip_wavefronts(32, 1, 4, 130, 130) == 4


def seconds(kernel: BlockKernel, target: str = "h200", *, is_cold: bool = False) -> float:
    traffic = kernel_traffic(kernel)
    return predicted_seconds(kernel, traffic, gpu_target(target), is_cold=is_cold)


@pytest.mark.parametrize("name", ["h200", "rtx-a4000", "jetson-orin", "gtx-1660"])
@pytest.mark.parametrize("stages", [POINTWISE, PAIR])
def test_nothing_is_faster_than_the_machine(name: str, stages: tuple[Convolution, ...]) -> None:
    target, planned = gpu_target(name), kernel(stages)
    macs = sum(s.weight_elements * s.rows.outputs * s.columns.outputs for s in stages)
    at_peak = 2 * macs / target.peak_gflops * 1e-9
    sent = kernel_traffic(planned).bytes / target.l2_gbs * 1e-9
    assert seconds(planned, name) > target.launch_us * 1e-6 + max(at_peak, sent)


def test_what_makes_kernels_slower() -> None:
    deep = kernel((conv(512, 7, 512),), columns=16, filters=16)
    assert seconds(replace(deep, sizes=replace(deep.sizes, buffers=2))) < seconds(deep)
    sliced = replace(deep, sizes=replace(deep.sizes, channels=64, slices=4))
    assert seconds(sliced) < seconds(deep)  # few blocks: each alone has to be quick
    assert seconds(deep, is_cold=True) > seconds(deep)
    flat = kernel((conv(64, 112, 64),), filters=64, columns=64)
    single = replace(flat, sizes=replace(flat.sizes, thread_filters=1))
    assert seconds(single) > seconds(flat)  # four times the reads of pixels


def test_more_blocks_than_fit_come_in_waves() -> None:
    one = conv(64, 112, 64)
    images = [replace(one, batch=batch) for batch in (1, 8)]
    first, eight = (seconds(kernel((each,), filters=64, columns=64)) for each in images)
    assert 4 * first < eight < 8 * first
