from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects import arith
from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.convolution import Conv2DOp, ConvolutionOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.fuse_epilogues import FuseEpiloguesPass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction, float_shape

SHAPE = (2, 4, 5, 6)
EXACT = 1e-12

Activation = Callable[[TensorFunction, SSAValue], SSAValue]


def hard_swish_of_four(f: TensorFunction, x: SSAValue) -> SSAValue:
    """Add, clip, multiply, divide, as exporters for old operator sets write it."""
    shifted = f.sum(x, f.constant(3.0))
    clipped = f.map(lambda b, v: activations.clip(b, v, 0.0, 6.0), shifted)
    return f.map(ScalarBuilder.div, f.product(x, clipped), f.constant([6.0]))


def hard_swish_of_hard_sigmoid(f: TensorFunction, x: SSAValue) -> SSAValue:
    return f.product(f.map(lambda b, v: activations.hard_sigmoid(b, v, 1 / 6, 0.5), x), x)


def silu_of_two(f: TensorFunction, x: SSAValue) -> SSAValue:
    return f.product(x, f.map(activations.sigmoid, x))


def affine_then_relu(f: TensorFunction, x: SSAValue) -> SSAValue:
    scaled = f.product(x, f.random_constant(4, 1, 1))
    return f.map(activations.relu, f.sum(f.random_constant(1, 4, 1, 1), scaled))


def nested_diamonds(f: TensorFunction, x: SSAValue) -> SSAValue:
    inner = f.product(x, f.map(ScalarBuilder.tanh, x))
    return f.sum(f.map(ScalarBuilder.sub, inner, x), f.map(ScalarBuilder.abs, inner))


ACTIVATIONS: dict[str, Activation] = {
    "relu": lambda f, x: f.map(activations.relu, x),
    "relu6": lambda f, x: f.map(lambda b, v: activations.clip(b, v, 0.0, 6.0), x),
    "hard_sigmoid": lambda f, x: f.map(activations.hard_sigmoid, x),
    "hard_swish as one": lambda f, x: f.map(activations.hard_swish, x),
    "hard_swish as four": hard_swish_of_four,
    "hard_swish as two": hard_swish_of_hard_sigmoid,
    "silu as one": lambda f, x: f.map(activations.silu, x),
    "silu as two": silu_of_two,
    "square": lambda f, x: f.product(x, x),
    "affine then relu": affine_then_relu,
    "nested diamonds": nested_diamonds,
}


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize("biased", [False, True])
def test_activations_are_absorbed(activation: Activation, biased: bool) -> None:
    f = TensorFunction(SHAPE)
    conv = f.conv(f.arguments[0], 4, (3, 3), padding=(1, 1, 1, 1))
    result = activation(f, f.sum(conv, f.random_constant(4, 1, 1)) if biased else conv)
    before = f.module(result)
    after, (remark,) = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < EXACT
    assert remark.kind == "passed"
    assert remark.location.startswith("node 0 + node 1")


def test_the_same_number_is_one_constant_inside() -> None:
    f = TensorFunction(SHAPE)
    x = f.map(lambda b, v: activations.clip(b, v, 0.0, 6.0), f.conv(f.arguments[0], 4))
    x = f.product(f.map(activations.relu, x), f.constant([[6.0, 6.0, 6.0, 6.0, 6.0, 6.0]]))
    after, _ = run_passes(f.module(x), FuseEpiloguesPass())
    (conv,) = ops_of_type(after, ConvolutionOp)
    inside = [op for op in conv.epilogue.block.ops if isinstance(op, arith.ConstantOp)]
    assert sorted(op.value.value.data for op in inside) == [0.0, 6.0]  # type: ignore[union-attr]
    assert not conv.extras


def test_zeros_of_different_sign_stay_different() -> None:
    f = TensorFunction(SHAPE)
    conv = f.conv(f.arguments[0], 4)
    divided = f.map(ScalarBuilder.div, f.sum(conv, f.constant(0.0)), f.constant(-0.0))
    before = f.module(divided)
    after, _ = run_passes(before, FuseEpiloguesPass())
    (fused,) = ops_of_type(after, ConvolutionOp)
    inside = [op for op in fused.epilogue.block.ops if isinstance(op, arith.ConstantOp)]
    assert len(inside) == 2


def test_an_extra_used_twice_is_one_operand() -> None:
    f = TensorFunction(SHAPE)
    (x,) = f.arguments
    bias = f.random_constant(4, 1, 1)
    value = f.sum(f.sum(f.conv(x, 4), bias), x)
    before = f.module(f.sum(f.sum(value, bias), x))
    after, _ = run_passes(before, FuseEpiloguesPass())
    (conv,) = ops_of_type(after, ConvolutionOp)
    assert [float_shape(extra) for extra in conv.extras] == [(4,), SHAPE]
    assert largest_difference(before, after) < EXACT


def test_existing_epilogue_scale_schedule_and_kind_are_kept() -> None:
    f = TensorFunction(SHAPE, SHAPE, (2, 4, 1, 1))
    x, y, scale = f.arguments
    epilogue = build_region(3, lambda v, b: b.sub(b.mul(v[0], v[1]), v[2]))
    weights, extras = f.random_constant(4, 4, 1, 1), [f.random_constant(4), y]
    conv = f.add(PointwiseOp(x, weights, scale=scale, extras=extras, epilogue=epilogue))
    before = f.module(f.map(ScalarBuilder.maximum, f.sum(conv, y), f.random_constant(4, 1, 1)))
    after, _ = run_passes(before, FuseEpiloguesPass())
    (fused,) = ops_of_type(after, PointwiseOp)
    assert op_names(after) == ["conv.pointwise"]
    assert [float_shape(extra) for extra in fused.extras] == [(4,), SHAPE, (4,)]
    assert largest_difference(before, after) < EXACT


def test_constant_of_the_results_shape_is_an_extra() -> None:
    f = TensorFunction(SHAPE)
    before = f.module(f.sum(f.conv(f.arguments[0], 4), f.random_constant(*SHAPE)))
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < EXACT


def test_residual_computed_after_the_convolution_moves_the_convolution_down() -> None:
    f = TensorFunction(SHAPE)
    (x,) = f.arguments
    conv = f.conv(x, 4, (1, 3), padding=(0, 1, 0, 1))
    shortcut = f.add(ReshapeOp(f.add(ReshapeOp(x, (2, 120))), SHAPE))
    before = f.module(f.map(activations.relu, f.sum(shortcut, conv)))
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.reshape", "conv.reshape", "conv.conv2d"]
    assert largest_difference(before, after) < EXACT


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_convolutions_the_later_one_takes_the_sum(swapped: bool) -> None:
    f = TensorFunction(SHAPE)
    first = f.conv(f.arguments[0], 3)
    second = f.conv(f.arguments[0], 3)
    total = f.sum(second, first) if swapped else f.sum(first, second)
    before = f.module(f.map(activations.relu, total))
    after, _ = run_passes(before, FuseEpiloguesPass())
    plain, fused = ops_of_type(after, Conv2DOp)
    assert not plain.has_epilogue
    assert list(fused.extras) == [plain.result]
    assert largest_difference(before, after) < EXACT


def test_earlier_convolution_keeps_its_own_activation() -> None:
    f = TensorFunction(SHAPE)
    first = f.map(activations.relu, f.conv(f.arguments[0], 3))
    second = f.conv(f.arguments[0], 3)
    before = f.module(f.sum(first, second))
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.conv2d"] * 2
    assert all(conv.has_epilogue for conv in ops_of_type(after, Conv2DOp))
    assert largest_difference(before, after) < EXACT


def test_activation_read_twice_is_absorbed_up_to_there() -> None:
    """Squeeze-and-excite: the activation is read by the pool and by the multiplication."""
    f = TensorFunction(SHAPE)
    x = f.map(activations.relu, f.conv(f.arguments[0], 4))
    pooled = f.add(GlobalPoolOp(x, PoolKind.AVERAGE))
    scale = f.map(activations.hard_sigmoid, f.conv(pooled, 4))
    before = f.module(f.product(x, scale))
    after, remarks = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == [
        "conv.conv2d",
        "conv.global_pool",
        "conv.conv2d",
        "conv.elementwise",
    ]
    assert [each.kind for each in remarks] == ["passed", "passed"]
    assert largest_difference(before, after) < EXACT


def outside_reader_of_the_convolution(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.map(activations.relu, conv), f.add(GlobalPoolOp(conv, PoolKind.MAX))]


def returned_convolution(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.map(activations.relu, conv), conv]


def diamond_with_outside_reader(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    sigmoid = f.map(activations.sigmoid, conv)
    pooled = f.add(GlobalPoolOp(sigmoid, PoolKind.MAX))
    return [f.product(conv, sigmoid), pooled]


def two_exits(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.map(activations.relu, conv), f.map(activations.tanh, conv)]


def unknown_scale(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.product(conv, f.arguments[1])]


def constant_along_another_axis(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.sum(conv, f.random_constant(6))]


def constant_a_batch_entry(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.sum(conv, f.random_constant(2, 4, 1, 1))]


def channel_map(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.sum(conv, f.random_constant(4, 5, 6))]


def broadcast_result(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.sum(f.add(ReshapeOp(conv, (1, *SHAPE))), f.random_constant(2, 1, 1, 1, 1))]


def larger_result(f: TensorFunction, conv: SSAValue) -> list[SSAValue]:
    return [f.sum(conv, f.random_constant(3, 1, 1, 1, 1))]


REJECTED = {
    outside_reader_of_the_convolution: "conv.global_pool reads the value",
    returned_convolution: "func.return reads the value",
    diamond_with_outside_reader: "conv.global_pool reads the value",
    two_exits: "func.return reads the value",
    unknown_scale: "an operand of shape 2x4x1x1 is neither per channel nor like the result",
    constant_along_another_axis: "an operand of shape 6 is neither per channel nor like the result",
    constant_a_batch_entry: "an operand of shape 2x4x1x1 is neither",
    channel_map: "an operand of shape 4x5x6 is neither",
    larger_result: "the result is used to make tensor<3x2x4x5x6xf32>",
}


@pytest.mark.parametrize("write", REJECTED, ids=lambda write: write.__name__)
def test_guards(write) -> None:  # type: ignore[no-untyped-def]
    f = TensorFunction(SHAPE, (2, 4, 1, 1))
    before = f.module(*write(f, f.conv(f.arguments[0], 4)))
    after, remarks = run_passes(before, FuseEpiloguesPass())
    (conv,) = ops_of_type(after, Conv2DOp)
    assert not conv.has_epilogue
    (missed,) = [each for each in remarks if each.kind == "missed"]
    assert missed.location == "node 0"
    assert REJECTED[write] in missed.message
    assert largest_difference(before, after) < EXACT


def test_elementwise_that_reads_something_else_is_no_missed_epilogue() -> None:
    f = TensorFunction(SHAPE)
    before = f.module(*broadcast_result(f, f.conv(f.arguments[0], 4)))
    after, remarks = run_passes(before, FuseEpiloguesPass())
    assert remarks == []
    assert after.is_structurally_equivalent(before)


def test_channels_as_wide_as_the_row_are_not_confused_with_it() -> None:
    f = TensorFunction((1, 5, 5, 5))
    before = f.module(f.sum(f.conv(f.arguments[0], 5), f.random_constant(5)))
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert op_names(after) == ["conv.conv2d", "conv.elementwise"]
    assert largest_difference(before, after) < EXACT


def test_on_one_pixel_a_channel_constant_is_per_channel() -> None:
    f = TensorFunction((1, 5, 1, 1))
    (x,) = f.arguments
    value = f.sum(f.conv(x, 5), f.random_constant(5, 1, 1))
    before = f.module(f.product(f.sum(value, f.random_constant(1, 5, 1, 1)), x))
    after, _ = run_passes(before, FuseEpiloguesPass())
    (conv,) = ops_of_type(after, Conv2DOp)
    assert [float_shape(extra) for extra in conv.extras] == [(5,), (5,), (1, 5, 1, 1)]
    assert largest_difference(before, after) < EXACT


def test_leftovers_are_fused_with_each_other() -> None:
    f = TensorFunction(SHAPE, (2, 4, 1, 1))
    x, scale = f.arguments
    scaled = f.product(x, scale)
    before = f.module(hard_swish_of_four(f, f.sum(scaled, x)))
    after, (remark,) = run_passes(before, FuseEpiloguesPass())
    (fused,) = ops_of_type(after, ElementwiseOp)
    assert list(map(float_shape, fused.inputs)) == [SHAPE, (2, 4, 1, 1)]
    assert location_of(fused) == " + ".join(f"node {i}" for i in range(6))
    assert remark.message.startswith("absorbed 5 elementwise operations (node 1, node 2")
    assert largest_difference(before, after) < EXACT


def test_smaller_leftovers_are_not_computed_again_for_each_element() -> None:
    f = TensorFunction(SHAPE, (2, 4, 1, 1))
    x, scale = f.arguments
    before = f.module(f.product(x, f.map(activations.sigmoid, scale)))
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert after.is_structurally_equivalent(before)


def test_numbers_move_into_leftovers_unless_they_make_the_shape() -> None:
    f = TensorFunction((1, 4, 1, 1))
    (x,) = f.arguments
    number_added = f.sum(x, f.constant([2.0]))
    before = f.module(number_added, f.sum(x, f.constant(np.ones((1, 4, 3, 3)))))
    after, _ = run_passes(before, FuseEpiloguesPass())
    number, shape = ops_of_type(after, ElementwiseOp)
    assert len(number.inputs) == 1
    assert len(shape.inputs) == 2
    assert largest_difference(before, after) < EXACT


STEPS: list[Callable[[TensorFunction, SSAValue, SSAValue], SSAValue]] = [
    lambda f, x, y: f.conv(x, 4),
    lambda f, x, y: f.map(activations.relu, x),
    lambda f, x, y: f.map(activations.tanh, x),
    lambda f, x, y: f.sum(x, y),
    lambda f, x, y: f.map(ScalarBuilder.sub, x, y),
    lambda f, x, y: f.product(x, f.random_constant(4, 1, 1)),
    lambda f, x, y: f.product(x, f.add(GlobalPoolOp(y, PoolKind.AVERAGE))),
]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_graphs_compute_the_same(data: st.DataObject) -> None:
    """Convolutions, activations, sums and products of whatever was made before."""
    f = TensorFunction(SHAPE)
    values: list[SSAValue] = [f.arguments[0]]
    for _ in range(data.draw(st.integers(1, 9))):
        x, y = (data.draw(st.sampled_from(values)) for _ in range(2))
        write = data.draw(st.sampled_from(STEPS))
        values.append(write(f, x, y))
    results = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
    before = f.module(values[-1], *results)
    after, _ = run_passes(before, FuseEpiloguesPass())
    assert largest_difference(before, after) < EXACT
    twice, _ = run_passes(after, FuseEpiloguesPass())
    assert op_names(twice) == op_names(after)
