"""The schedules that the planner chooses from, and its rules for prefetching and for threads."""

from collections.abc import Iterator
from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.backends.targets import CpuTarget, cpu_target, load_target, target_names
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.passes.cost.broadcast_cost import BroadcastProblem, fits_registers
from convopt.passes.cost.by_pixel_cost import (
    ByPixelProblem,
    rotate_registers,
    strip_cycles,
)
from convopt.passes.geometry.schemes import axes_of, is_collapsible, reads_blocks
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.lower.plan_convolution import plan_convolution
from convopt.passes.plan.candidates import best_schedule, schedules
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import cases, possible_schemes
from convopt.testing.execution import planned_convolution
from convopt.testing.targets import pretended

SHIPPED = [name for name in target_names() if isinstance(load_target(name), CpuTarget)]
FEW_REGISTERS = [("cortex-a72", 2, 8), ("x86-64-v3", None, 8), ("x86-64-v4", 2, 6)]
ROTATE, STRIP, BROADCAST = TileScheme.ROTATE, TileScheme.STRIP, TileScheme.BROADCAST
SAME_3X3 = Window((3, 3), padding=(1,) * 4)
SAME_2X2 = Window((2, 2), padding=(1, 1, 0, 0))
"""Of which strips fit AVX2's registers."""

drawn = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """All shipped CPUs, and some with very few registers."""
    folder = tmp_path_factory.mktemp("targets")
    return SHIPPED + [pretended(folder, *each) for each in FEW_REGISTERS]


def convolution(case: ConvolutionCase, target: str) -> ConvolutionOp:
    """As the planner sees it."""
    return planned_convolution(case.module(), target)


@drawn
@given(case=cases(), data=st.data())
def test_candidates_are_legal_and_distinct(
    targets: list[str], case: ConvolutionCase, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(targets))
    op, target = convolution(case, name), cpu_target(name)
    found = dict(schedules(op, target))
    assert len(found) == len(list(schedules(op, target))) > 0
    for tile in found:
        check_legal(op, tile, target)
        plan_convolution(scheduled(op, tile), target)
    best, cycles = best_schedule(op, target)
    assert found[best] == cycles == min(found.values())
    assert all(each > 0 for each in found.values())


def check_legal(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> None:
    """By the rules of the cost models; a single accumulator is what is left where none fits."""
    assert tile.scheme in possible_schemes(op, target)
    rows, columns = axes_of(op)
    outputs, inputs = op.filter_type.get_shape()[:2]
    sizes = (tile.rows.data, tile.columns.data)
    if tile.scheme is BROADCAST:
        channels = op.input_type.get_shape()[1]
        whole = BroadcastProblem(rows, columns, channels, outputs, op.group_count, reads_blocks(op))
        pixels, vectors = tile.columns.data, tile.vectors.data
        assert pixels * vectors == 1 or fits_registers(whole, target, pixels, vectors)
        assert whole.output_vectors(target) % vectors == 0
        assert pixels <= columns.outputs * (rows.outputs if is_collapsible(rows, columns) else 1)
        return
    if tile.scheme is TileScheme.PAIRS:
        assert 0 < outputs % target.lanes <= target.lanes // 2
        assert tile.columns.data <= rows.outputs * columns.outputs
        return
    problem = ByPixelProblem(rows, columns, inputs)
    assert sizes[0] <= rows.outputs
    assert sizes[1] <= columns.outputs
    if tile.scheme is STRIP:
        assert strip_cycles(problem, target, sizes[1]) is not None
        assert inputs == rows.dilation == 1
        return
    assert sizes == (1, 1) or rotate_registers(problem, target, *sizes) <= target.vector_registers
    assert sizes[0] == 1 or has_static_edges(rows, columns, sizes)


def scheduled(op: ConvolutionOp, tile: TileAttr) -> ConvolutionOp:
    op.schedule = tile
    return op


@pytest.mark.parametrize(
    ("case", "name"),
    [
        (ConvolutionCase(1, 9, 1, 1, (20, 20), Window((11, 11), padding=(5,) * 4)), "x86-64-v3"),
        (ConvolutionCase(1, 2, 8, 8, (20, 20), Window((11, 11), padding=(5,) * 4)), "x86-64-v3"),
        (ConvolutionCase(1, 1, 8, 8, (40, 40), Window((3, 11), dilation=(1, 3))), "cortex-a72"),
    ],
    ids=["wide depthwise", "wide grouped", "wide and dilated"],
)
def test_wide_kernels_get_a_tile(case: ConvolutionCase, name: str) -> None:
    tile, _ = best_schedule(convolution(case, name), cpu_target(name))
    assert tile.rows.data == 1


# -- prefetch


def prefetch(case: ConvolutionCase, name: str, scheme: TileScheme) -> Prefetch:
    """What the schedules of a scheme ask for, all alike."""
    found = {tile for tile, _ in schedules(convolution(case, name), cpu_target(name))}
    (kind,) = {tile.prefetch for tile in found if tile.scheme is scheme}
    return kind


def depthwise(size: int) -> ConvolutionCase:
    return ConvolutionCase(1, 32, 1, 1, (size, size), SAME_2X2)


def grouped(size: int) -> ConvolutionCase:
    return ConvolutionCase(1, 8, 4, 4, (size, size), SAME_2X2)


def dense(inputs: int, outputs: int, size: int = 8) -> ConvolutionCase:
    return ConvolutionCase(1, 1, inputs, outputs, (size, size), SAME_3X3)


def classifier(size: int) -> ConvolutionCase:
    return ConvolutionCase(1, 1, 256, 256, (size, size), Window((1, 1)))


# x86-64-v3 has 32 KiB of L1 and 256 KiB of L2; input and output together have 256 * size^2 bytes.
@pytest.mark.parametrize(
    ("case", "scheme", "expected"),
    [
        (depthwise(11), ROTATE, Prefetch.NONE),
        (depthwise(12), ROTATE, Prefetch.OUTPUT),
        (depthwise(32), ROTATE, Prefetch.OUTPUT),
        (depthwise(33), ROTATE, Prefetch.NONE),
        (depthwise(12), STRIP, Prefetch.NONE),
        (grouped(11), ROTATE, Prefetch.NONE),
        (grouped(12), ROTATE, Prefetch.OUTPUT),
        (grouped(33), ROTATE, Prefetch.INPUT),
        (dense(28, 32), BROADCAST, Prefetch.NONE),
        (dense(29, 32), BROADCAST, Prefetch.WEIGHTS),
        (classifier(8), BROADCAST, Prefetch.WEIGHTS),
        (classifier(1), BROADCAST, Prefetch.NONE),
    ],
)
def test_prefetch_follows_where_the_data_lies(
    case: ConvolutionCase, scheme: TileScheme, expected: Prefetch
) -> None:
    assert prefetch(case, "x86-64-v3", scheme) is expected


@drawn
@given(cases(most_pixels=40), st.sampled_from(["cortex-a53", "neoverse-v1"]))
def test_no_prefetch_on_aarch64(case: ConvolutionCase, name: str) -> None:
    tile, _ = best_schedule(convolution(case, name), cpu_target(name))
    assert tile.prefetch is Prefetch.NONE


# -- threads

WORTH_AVOIDING = 0.15
"""What a share may be longer than with the other way of sharing, as a part of an even share."""


@drawn
@given(cases(most_pixels=40), st.sampled_from(SHIPPED), st.data())
def test_threads_get_even_shares(case: ConvolutionCase, name: str, data: st.DataObject) -> None:
    op, target = convolution(replace(case, batch=1), name), cpu_target(name)
    found = [tile for tile, _ in schedules(op, target) if tile.scheme is not STRIP]
    tile = data.draw(st.sampled_from(found))
    unevenness = {each: excess(op, with_parallel(tile, each), target) for each in Parallel}
    assert unevenness[tile.parallel] <= min(unevenness.values()) + WORTH_AVOIDING + 1e-9


def excess(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> float:
    """The largest share of what the kernel divides, by an even one: mean of 2, 3 and 4 threads."""
    extent = plan_convolution(scheduled(op, tile), target).extent
    return mean(-(-extent // threads) * threads / extent for threads in (2, 3, 4))


def with_parallel(tile: TileAttr, parallel: Parallel) -> TileAttr:
    sizes = (tile.rows.data, tile.columns.data, tile.vectors.data)
    return TileAttr(tile.scheme, *sizes, tile.prefetch, parallel)


def parallels(case: ConvolutionCase, scheme: TileScheme) -> Iterator[Parallel]:
    target = cpu_target("x86-64-v4")
    for tile, _ in schedules(convolution(case, target.name), target):
        if tile.scheme is scheme:
            yield tile.parallel


@pytest.mark.parametrize(
    ("case", "scheme", "expected"),
    [
        (ConvolutionCase(1, 1, 16, 16, (48, 48), SAME_3X3), BROADCAST, Parallel.PIXELS),
        (ConvolutionCase(1, 1, 640, 192, (12, 12), SAME_3X3), BROADCAST, Parallel.BLOCKS),
        (ConvolutionCase(1, 192, 1, 1, (1, 9), Window((1, 3))), ROTATE, Parallel.BLOCKS),
        (ConvolutionCase(1, 1, 4, 9, (11, 90), Window((11, 11))), BROADCAST, Parallel.PIXELS),
        (ConvolutionCase(1, 192, 1, 1, (48, 48), SAME_3X3), STRIP, Parallel.BLOCKS),
    ],
    ids=[
        "more pixels than weights",
        "more weights than pixels",
        "one row",
        "one row of pixels",
        "strip",
    ],
)
def test_what_threads_share(case: ConvolutionCase, scheme: TileScheme, expected: Parallel) -> None:
    found = list(parallels(case, scheme))
    assert found.count(expected) > len(found) / 2
