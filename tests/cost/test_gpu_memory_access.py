"""Elements between global and shared memory: by hand, by walking tiles, and published plans."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.backends.targets import GpuTarget, load_target
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.pairs import PLANNED_DEVICES, read_pairs
from convopt.passes.cost.memory_access.gpu_layers import layer_fits, layer_traffic
from convopt.passes.cost.memory_access.gpu_limits import GpuLimits
from convopt.passes.cost.memory_access.gpu_modules import (
    module_fits,
    module_redundancy,
    module_traffic,
)
from convopt.passes.cost.memory_access.gpu_search import (
    best_layer,
    best_module,
    unfused_traffic,
)
from convopt.passes.cost.memory_access.halo import cut_image, touched_inputs
from convopt.passes.cost.memory_access.traffic import Traffic, in_sequence
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.blocks.kinds import ModuleKind, Stages
from convopt.passes.geometry.convolution import Convolution

KIB = 1024
PLANNED = {
    "gtx1660": GpuLimits(22, 96 * KIB, 64 * KIB),
    "orin": GpuLimits(16, 192 * KIB, 164 * KIB),
    "a4000": GpuLimits(48, 128 * KIB, 100 * KIB),
    "h200": GpuLimits(132, 256 * KIB, 227 * KIB),
}
"""What the plans of fused_pairs.csv were made for."""
TARGETS = {
    "gtx1660": "gtx-1660",
    "orin": "jetson-orin",
    "a4000": "rtx-a4000",
    "h200": "h200",
}
ROOMY = GpuLimits(1, 1 << 40, 1 << 40)


def conv(
    channels: int, size: int, outputs: int, kernel: int = 1, stride: int = 1, **others: Any
) -> Convolution:
    pad = others.pop("pad", kernel // 2)
    dilation = others.get("dilation", 1)
    groups = others.get("groups", 1)
    made = (size + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1
    axis = Axis(size, made, kernel, stride, pad, dilation)
    return Convolution(axis, axis, channels, outputs, groups, others.get("batch", 1))


def depthwise(channels: int, size: int, stride: int = 1, kernel: int = 3) -> Convolution:
    return conv(channels, size, channels, kernel, stride, groups=channels)


def of_layer(layer: Layer) -> Convolution:
    _, _, rows, columns = layer.output_shape
    return Convolution(
        Axis(layer.hin, rows, layer.kh, layer.stride_h, layer.pad_top),
        Axis(layer.win, columns, layer.kw, layer.stride_w, layer.pad_left),
        layer.cin,
        layer.cout,
        layer.groups,
    )


def test_the_halo_of_an_axis() -> None:
    assert touched_inputs(Axis(13, 13, 3, pad=1), 5) == (6, 7, 4)
    assert touched_inputs(Axis(112, 56, 3, 2, pad=0), 28) == (57, 56)
    assert touched_inputs(Axis(9, 5, 1, 2), 2) == (2, 2, 1)  # only every other input is read
    assert touched_inputs(Axis(9, 5, 3, dilation=2), 5) == (9,)
    assert touched_inputs(Axis(9, 5, 3, dilation=2), 1) == (3,) * 5
    assert touched_inputs(Axis(2, 6, 1, pad=2), 2) == (0, 2, 0)


def test_a_module_by_hand() -> None:
    """13x13: rows 6 + 7 + 4 = 17, columns 7 + 8 + 2 = 17 inputs are touched; two filter tiles."""
    stages = (conv(5, 13, 8), depthwise(8, 13))
    module = Stages.of(stages)
    assert module is not None
    traffic = module_traffic(module, cut_image(module.window, 5, 6), 4)
    assert traffic == Traffic(input=2890, weights=1008, output=1352)


def test_what_lies_between_two_layers_is_written_and_read() -> None:
    first, second = Traffic(10, 2, 0, 7), Traffic(9, 3, 0, 4)
    assert in_sequence([first, second]) == Traffic(10, 5, 16, 4)


def walked(conv: Convolution, rows: int, columns: int, filters: int) -> Traffic:
    """Every block's distinct elements, found by visiting every multiply-add."""
    moved = {"input": 0, "weights": 0}
    tiles = product(
        range(conv.batch),
        range(0, conv.rows.outputs, rows),
        range(0, conv.columns.outputs, columns),
        range(0, conv.outputs, filters),
    )
    for _, top, left, low in tiles:
        weights = set()
        pixels = set()
        outputs = range(low, min(low + filters, conv.outputs))
        taps = list(product(range(conv.rows.kernel), range(conv.columns.kernel)))
        for f, c in product(outputs, range(conv.group_inputs)):
            channel = f // conv.group_outputs * conv.group_inputs + c
            weights |= {(f, c, *tap) for tap in taps}
            for y in range(top, min(top + rows, conv.rows.outputs)):
                for x in range(left, min(left + columns, conv.columns.outputs)):
                    for kh, kw in taps:
                        at = conv.rows.input_of(y, kh), conv.columns.input_of(x, kw)
                        if 0 <= at[0] < conv.rows.inputs and 0 <= at[1] < conv.columns.inputs:
                            pixels.add((channel, *at))
        moved["input"] += len(pixels)
        moved["weights"] += len(weights)
    return Traffic(moved["input"], moved["weights"], 0, conv.output_elements)


@st.composite
def convolutions(draw: st.DrawFn) -> Convolution:
    groups = draw(st.sampled_from([1, 2, 3, 4]))
    return conv(
        groups * draw(st.sampled_from([1, 2])),
        draw(st.integers(5, 8)),
        groups * draw(st.sampled_from([1, 2, 3])),
        draw(st.sampled_from([1, 2, 3])),
        draw(st.integers(1, 3)),
        pad=draw(st.integers(0, 1)),
        dilation=draw(st.integers(1, 2)),
        groups=groups,
        batch=draw(st.integers(1, 2)),
    )


sizes = st.integers(1, 5)


@settings(max_examples=60, deadline=None)
@given(convolutions(), sizes, sizes, sizes)
def test_layers_are_counted_as_if_walked(
    layer: Convolution, rows: int, columns: int, filters: int
) -> None:
    cut = cut_image(layer, rows, columns)
    assert layer_traffic(layer, cut, filters) == walked(layer, rows, columns, filters)


def walked_module(module: Stages, rows: int, columns: int, filters: int) -> Traffic:
    """Every block's distinct inputs and weights, going back from its outputs, stage by stage."""
    inputs = weights = 0
    last = module.stages[-1]
    starts = product(
        range(0, last.rows.outputs, rows),
        range(0, last.columns.outputs, columns),
        range(0, last.outputs, filters),
    )
    for top, left, low in starts:
        wanted = set(
            product(
                range(low, min(low + filters, last.outputs)),
                range(top, min(top + rows, last.rows.outputs)),
                range(left, min(left + columns, last.columns.outputs)),
            )
        )
        for stage in reversed(module.stages):
            filters_used = {f for f, _, _ in wanted}
            own = 1 if stage is last or module.kind is ModuleKind.PWDW else 0
            used = len(filters_used) if own else stage.outputs
            weights += used * stage.group_inputs * stage.taps
            wanted = {
                (channel, y, x)
                for f, oy, ox in wanted
                for channel in ([f] if stage.is_depthwise else range(stage.channels))
                for kh in range(stage.rows.kernel)
                for kw in range(stage.columns.kernel)
                if 0 <= (y := stage.rows.input_of(oy, kh)) < stage.rows.inputs
                if 0 <= (x := stage.columns.input_of(ox, kw)) < stage.columns.inputs
            }
        inputs += len(wanted)
    return Traffic(inputs, weights, 0, last.output_elements)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["dwpw", "pwdw", "pwpw", "pwdwpw"]),
    st.integers(5, 8),
    st.integers(1, 2),
    st.sampled_from([3, 5]),
    st.tuples(sizes, sizes, sizes),
)
def test_modules_are_counted_as_if_walked(
    kind: str, size: int, stride: int, kernel: int, tile: tuple[int, int, int]
) -> None:
    stages: list[Convolution] = []
    channels = [3, 4, 2, 5]
    for letter in (kind[i : i + 2] for i in range(0, len(kind), 2)):
        number = len(stages)
        depth = stages[-1].outputs if stages else channels[0]
        height = stages[-1].rows.outputs if stages else size
        if letter == "dw":
            stages.append(depthwise(depth, height, stride, kernel))
        else:
            stages.append(conv(depth, height, channels[number + 1]))
    module = Stages.of(stages)
    assert module is not None
    assert module.kind.value == kind.upper()
    rows, columns, filters = tile
    cut = cut_image(module.window, rows, columns)
    assert module_traffic(module, cut, filters) == walked_module(module, rows, columns, filters)


def test_stages_that_make_no_module() -> None:
    pointwise = conv(8, 14, 16)
    assert Stages.of([pointwise, depthwise(8, 14)]) is None  # another number of channels
    assert Stages.of([pointwise, conv(16, 14, 16, 3)]) is None
    assert Stages.of([pointwise, depthwise(16, 7)]) is None
    assert Stages.of([depthwise(16, 14), depthwise(16, 14)]) is None
    assert Stages.of([conv(8, 14, 16, stride=2), depthwise(16, 7)]) is None
    assert best_module((pointwise,), ROOMY) is None
    assert best_module((pointwise, depthwise(8, 14)), ROOMY) is None


def test_a_tile_has_room_or_is_not_taken() -> None:
    """PW 32->64: 64 filters of 256 pixels want 128 * (64 + 256) bytes shared, 64 KiB of sums."""
    layer = conv(32, 16, 64)
    cut = cut_image(layer, 16, 16)
    assert layer_fits(layer, cut, 64, GpuLimits(1, 0, 40960))
    assert not layer_fits(layer, cut, 64, GpuLimits(1, 0, 40959))
    assert not layer_fits(layer, cut, 64, GpuLimits(2, 0, 40960))  # one block, two multiprocessors
    wide = conv(32, 32, 64)
    assert not layer_fits(wide, cut_image(wide, 32, 32), 64, ROOMY)  # 256 KiB of sums
    window = depthwise(8, 16)
    whole = cut_image(window, 16, 16)
    staged = 4 * 8 * (9 + 256)
    assert layer_fits(window, whole, 8, GpuLimits(1, staged + 4 * 8 * 256, staged))
    assert not layer_fits(window, whole, 8, GpuLimits(1, staged + 4 * 8 * 256 - 1, staged))
    assert not layer_fits(window, whole, 8, GpuLimits(1, staged + 4 * 8 * 256, staged - 1))


def test_an_inverted_residual_holds_its_input_tile_in_shared_memory() -> None:
    module = Stages.of([conv(24, 14, 144), depthwise(144, 14), conv(144, 14, 24)])
    assert module is not None
    cut = cut_image(module.window, 7, 14)  # 8 x 14 inputs are touched
    wanted = 4 * (24 * 112 + 32 * (112 + 98) + 32 * (32 + 9 + 24))
    assert module_fits(module, cut, 24, GpuLimits(2, 0, wanted))
    assert not module_fits(module, cut, 24, GpuLimits(2, 0, wanted - 1))
    assert not module_fits(module, cut, 24, GpuLimits(3, 0, wanted))
    assert module_redundancy(module, cut, 24) == pytest.approx(16 / 14 - 1)
    assert module_redundancy(module, cut, 12) == pytest.approx(2 * 16 / 14 - 1)


def test_grouped_and_dense_layers_are_planned() -> None:
    for layer in (conv(64, 28, 128, 3), conv(64, 28, 64, 3, groups=8), conv(64, 28, 128, 1, 2)):
        planned = best_layer(layer, PLANNED["gtx1660"])
        assert planned is not None
        cut = cut_image(layer, planned.tile.rows, planned.tile.columns)
        assert layer_fits(layer, cut, planned.tile.filters, PLANNED["gtx1660"])
        least = layer.weight_elements + layer.output_elements
        assert planned.traffic.total > least


def test_a_layer_too_small_for_all_multiprocessors_is_planned_all_the_same() -> None:
    planned = best_layer(conv(8, 2, 8), PLANNED["h200"])
    assert planned is not None
    assert planned.traffic == Traffic(32, 64, 0, 32)
    assert best_layer(conv(8, 2, 8), GpuLimits(1, 16, 16)) is None
    assert unfused_traffic([conv(8, 2, 8)], GpuLimits(1, 16, 16)) is None


def test_an_inverted_residual_moves_less_than_its_layers() -> None:
    stages = (conv(24, 56, 144), depthwise(144, 56), conv(144, 56, 24))
    limits = PLANNED["gtx1660"]
    planned, alone = best_module(stages, limits), unfused_traffic(stages, limits)
    assert planned is not None
    assert alone is not None
    assert planned.name == "PWDWPW"
    assert planned.traffic.intermediate == 0 < alone.intermediate
    assert planned.traffic.total < alone.total


@pytest.mark.parametrize("device", PLANNED_DEVICES)
def test_published_plans_of_every_pair(device: str) -> None:
    pairs = read_pairs()
    assert len(pairs) == 99
    for pair, plans in pairs:
        stages = tuple(map(of_layer, pair.layers))
        planned = best_module(stages, PLANNED[device])
        alone = unfused_traffic(stages, PLANNED[device])
        assert planned is not None
        assert alone is not None
        found = (planned.name, planned.tile, planned.traffic.total, alone.total)
        plan = plans[device]
        tile = type(planned.tile)(plan.filters, plan.rows, plan.columns)
        assert found == (plan.kind, tile, plan.fused, plan.unfused), pair
        assert planned.redundancy == pytest.approx(plan.redundancy, abs=5.1e-5), pair


@pytest.mark.parametrize("device", PLANNED_DEVICES)
def test_the_planned_devices_are_the_shipped_targets(device: str) -> None:
    """The plans count the 1 KiB that the system takes of a block's shared memory, or do not."""
    target = load_target(TARGETS[device])
    assert isinstance(target, GpuTarget)
    shipped, planned = GpuLimits.of(target), PLANNED[device]
    assert (shipped.sms, shipped.l1_bytes) == (planned.sms, planned.l1_bytes)
    assert planned.shared_bytes in (target.shared_bytes_per_sm, target.shared_bytes_per_block)
    assert shipped.shared_bytes == target.shared_bytes_per_block
