"""How weight gradients are divided, and what the cost model says of schedules."""

from dataclasses import replace
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.backends.targets import cpu_target
from convopt.convdialect.gradient_schedules import GradientScheme
from convopt.passes.cost.lane_gradient_cost import LaneTileSize, lane_cycles, lane_tiles
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.outer_products import OuterProducts
from convopt.passes.geometry.tile_classes import profile
from convopt.passes.geometry.weight_gradients import WeightGradient, kernel_row_groups
from convopt.passes.plan.weight_gradient_candidates import best_tile

TARGETS = ["x86-64-v3", "x86-64-v4", "cortex-a53", "neoverse-v1"]


def same(size: int, kernel: int = 3, stride: int = 1) -> Axis:
    """An axis padded so that stride 1 keeps its size."""
    return Axis(size, ceil(size / stride), kernel, stride, kernel // 2)


def depthwise(channels: int, size: int, kernel: int = 3, batch: int = 1) -> WeightGradient:
    axis = same(size, kernel)
    return WeightGradient(axis, axis, channels, channels, channels, batch)


@st.composite
def problems(draw: st.DrawFn) -> WeightGradient:
    axes = [
        same(draw(st.integers(3, 60)), draw(st.sampled_from([1, 3, 5, 7])), draw(st.integers(1, 2)))
        for _ in range(2)
    ]
    groups, inputs, outputs = (
        draw(st.integers(1, 8)),
        draw(st.integers(1, 40)),
        draw(st.integers(1, 40)),
    )
    batch = draw(st.integers(1, 4))
    return WeightGradient(axes[0], axes[1], groups * inputs, groups * outputs, groups, batch)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(), st.sampled_from(TARGETS))
def test_no_schedule_is_faster_than_its_products(problem: WeightGradient, name: str) -> None:
    """Taps in the padding take no time, all others do."""
    target = cpu_target(name)
    _, cycles = best_tile(problem, target)
    rows, columns = (
        sum(each.count * each.taps for each in profile(axis, 1))
        for axis in (problem.rows, problem.columns)
    )
    products = problem.batch * problem.outputs * problem.group_inputs * rows * columns
    assert cycles >= 0.999 * products / (target.lanes * target.fma_ports)


@pytest.mark.parametrize("passes", range(1, 8))
def test_kernel_rows_are_divided_evenly(passes: int) -> None:
    groups = kernel_row_groups(7, passes)
    assert [row for group in groups for row in group] == list(range(7))
    assert len(groups) == passes
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_long_sums_are_flushed() -> None:
    target = cpu_target("x86-64-v4")
    for problem in (depthwise(32, 112), depthwise(512, 14, batch=32)):
        assert all(tile.flush for tile in lane_tiles(problem, target))
    assert not all(tile.flush for tile in lane_tiles(depthwise(512, 14), target))


def test_seven_rows_of_taps_do_not_fit_at_once() -> None:
    target = cpu_target("x86-64-v4")
    tile = LaneTileSize(GradientScheme.INPUT, 1, 8)
    assert lane_cycles(depthwise(96, 56, 7), target, tile) is None
    assert lane_cycles(depthwise(96, 56, 7), target, replace(tile, passes=3)) is not None


def test_two_sets_are_worth_it_where_registers_allow() -> None:
    target = cpu_target("x86-64-v4")
    problem, tile = depthwise(512, 14), LaneTileSize(GradientScheme.INPUT, 2, 7)
    one, two = (lane_cycles(problem, target, replace(tile, sets=sets)) for sets in (1, 2))
    assert one is not None
    assert two is not None
    assert two < one


def test_channels_of_products() -> None:
    axis = same(8)
    wide = OuterProducts(WeightGradient(axis, axis, 96, 64, 2, 1), 16)
    assert (wide.is_mixed, wide.group_vectors, wide.run, wide.runs, wide.tail) == (
        False,
        2,
        16,
        3,
        0,
    )
    uneven = OuterProducts(WeightGradient(axis, axis, 60, 60, 3, 1), 16)
    assert (uneven.is_mixed, uneven.group_vectors, uneven.run, uneven.runs) == (True, 1, 4, 5)
    dense = OuterProducts(WeightGradient(axis, axis, 35, 40, 1, 1), 16)
    assert (dense.is_mixed, dense.group_vectors, dense.run, dense.runs, dense.tail) == (
        False,
        3,
        16,
        3,
        3,
    )
