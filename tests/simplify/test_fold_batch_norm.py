import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.constants import constant_value
from convopt.convdialect.ops.convolution import Conv2DOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.normalization import BatchNormOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.remarks import location_of
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.channel_affine import batch_norm_affine
from convopt.passes.simplify.epilogues import bias_epilogue
from convopt.passes.simplify.fold_batch_norm import FoldBatchNormPass
from convopt.testing.passes import largest_difference, op_names, run_passes
from convopt.testing.tensor_function import TensorFunction

SHAPE = (2, 4, 5, 6)
ROUNDING = 1e-6


def test_affine_is_the_definition() -> None:
    affine = batch_norm_affine(*(np.array([v]) for v in (3.0, 1.0, 2.0, 15.75)), epsilon=0.25)
    assert affine.factor == [0.75]
    assert affine.offset == [-0.5]


@settings(max_examples=20, deadline=None)
@given(groups=st.sampled_from([1, 2, 4]), multiplier=st.integers(1, 3), bias=st.booleans())
def test_folds_into_the_convolution_before(groups: int, multiplier: int, bias: bool) -> None:
    f = TensorFunction(SHAPE)
    channels = 4 * multiplier
    options = {"extras": [f.random_constant(channels)], "epilogue": bias_epilogue()} if bias else {}
    conv = f.conv(f.arguments[0], channels, (3, 2), groups=groups, padding=(1, 1, 0, 1), **options)
    before = f.module(f.batch_norm(conv))
    after, (remark,) = run_passes(before, FoldBatchNormPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < ROUNDING
    assert str(remark) == (
        "node 0 + node 1: passed: conv-fold-batch-norm: "
        "folded into the weights of the convolution before"
    )
    # Weights and bias; what they were made of is gone.
    assert str(after).count("arith.constant") == 2


@settings(max_examples=20, deadline=None)
@given(groups=st.sampled_from([1, 2, 4]), multiplier=st.integers(1, 3), bias=st.booleans())
def test_folds_into_an_unpadded_convolution_after(groups: int, multiplier: int, bias: bool) -> None:
    f = TensorFunction(SHAPE)
    normed = f.batch_norm(f.arguments[0])
    channels = 4 * multiplier
    options = {"extras": [f.random_constant(channels)], "epilogue": bias_epilogue()} if bias else {}
    before = f.module(f.conv(normed, channels, (3, 2), groups=groups, **options))
    after, (remark,) = run_passes(before, FoldBatchNormPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < ROUNDING
    assert remark.message == "folded into the weights of the convolution after"
    assert str(after).count("arith.constant") == 2


def test_two_norms_in_a_row_fold_both() -> None:
    f = TensorFunction(SHAPE)
    before = f.module(f.batch_norm(f.batch_norm(f.conv(f.arguments[0], 3))))
    after, _ = run_passes(before, FoldBatchNormPass())
    assert op_names(after) == ["conv.conv2d"]
    assert largest_difference(before, after) < ROUNDING


def test_weights_read_elsewhere_keep_their_values() -> None:
    f = TensorFunction(SHAPE)
    weights = f.random_constant(4, 4, 1, 1)
    first = f.add(Conv2DOp(f.arguments[0], weights))
    second = f.add(Conv2DOp(f.arguments[0], weights))
    before = f.module(f.batch_norm(first), second)
    after, _ = run_passes(before, FoldBatchNormPass())
    assert largest_difference(before, after) < ROUNDING
    # The folded convolution stands where the norm stood.
    (untouched, _) = ops_of_type(after, Conv2DOp)
    np.testing.assert_array_equal(constant_value(untouched.filter), constant_value(weights))


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (1, 3, 4, 5)])
def test_elsewhere_becomes_elementwise_of_the_same_rank(shape: tuple[int, ...]) -> None:
    f = TensorFunction(shape)
    before = f.module(f.batch_norm(f.arguments[0]))
    after, (remark,) = run_passes(before, FoldBatchNormPass())
    (elementwise,) = ops_of_type(after, ElementwiseOp)
    expected = (1, 3, *[1] * (len(shape) - 2))
    assert [constant_value(each).shape for each in elementwise.inputs[1:]] == [expected] * 2  # type: ignore[union-attr]
    assert location_of(elementwise) == "node 0"
    assert remark.kind == "passed"
    assert largest_difference(before, after) < ROUNDING


def shared_conv(f: TensorFunction) -> list[SSAValue]:
    conv = f.conv(f.arguments[0], 4)
    return [f.batch_norm(conv), conv]


def relu_in_epilogue(f: TensorFunction) -> list[SSAValue]:
    relu = build_region(1, lambda arguments, b: activations.relu(b, arguments[0]))
    return [f.batch_norm(f.conv(f.arguments[0], 4, epilogue=relu))]


def difference_in_epilogue(f: TensorFunction) -> list[SSAValue]:
    region = build_region(2, lambda arguments, b: b.sub(*arguments))
    conv = f.conv(f.arguments[0], 4, extras=[f.random_constant(4)], epilogue=region)
    return [f.batch_norm(conv)]


def residual_in_epilogue(f: TensorFunction) -> list[SSAValue]:
    options = {"extras": [f.arguments[0]], "epilogue": bias_epilogue()}
    return [f.batch_norm(f.conv(f.arguments[0], 4, **options))]


def unknown_bias(f: TensorFunction) -> list[SSAValue]:
    options = {"extras": [f.arguments[2]], "epilogue": bias_epilogue()}
    return [f.batch_norm(f.conv(f.arguments[0], 4, **options))]


def unknown_weights(f: TensorFunction) -> list[SSAValue]:
    return [f.batch_norm(f.add(Conv2DOp(f.arguments[0], f.arguments[1])))]


def padded_after(f: TensorFunction) -> list[SSAValue]:
    return [f.conv(f.batch_norm(f.arguments[0]), 4, (3, 3), padding=(0, 0, 0, 1))]


def scaled_after(f: TensorFunction) -> list[SSAValue]:
    weights = f.random_constant(3, 4, 1, 1)
    normed = f.batch_norm(f.arguments[0])
    return [f.add(PointwiseOp(normed, weights, scale=f.random_constant(2, 4, 1, 1)))]


def unknown_weights_after(f: TensorFunction) -> list[SSAValue]:
    return [f.add(Conv2DOp(f.batch_norm(f.arguments[0]), f.arguments[1]))]


GUARDS = {
    shared_conv: "the convolution before it has other readers",
    relu_in_epilogue: "the convolution's epilogue is not a constant bias",
    difference_in_epilogue: "the convolution's epilogue is not a constant bias",
    residual_in_epilogue: "the convolution's epilogue is not a constant bias",
    unknown_bias: "the convolution's epilogue is not a constant bias",
    unknown_weights: "the convolution's weights are not constant",
    padded_after: "the convolution after it pads with zeros",
    scaled_after: "the convolution after it scales its input",
    unknown_weights_after: "the convolution's weights are not constant",
}


@pytest.mark.parametrize("write", GUARDS, ids=lambda write: write.__name__)
def test_what_cannot_be_folded_into_weights_becomes_elementwise(write) -> None:  # type: ignore[no-untyped-def]
    f = TensorFunction(SHAPE, (4, 4, 1, 1), (4,))
    before = f.module(*write(f))
    after, remarks = run_passes(before, FoldBatchNormPass())
    assert "conv.elementwise" in op_names(after)
    assert "conv.batch_norm" not in op_names(after)
    assert [each.message for each in remarks if each.kind == "missed"] == [GUARDS[write]]
    assert largest_difference(before, after) < ROUNDING


def test_norm_with_two_readers_is_not_folded_into_the_next_convolution() -> None:
    f = TensorFunction(SHAPE)
    normed = f.batch_norm(f.arguments[0])
    before = f.module(f.conv(normed, 4), normed)
    after, _ = run_passes(before, FoldBatchNormPass())
    assert op_names(after) == ["conv.elementwise", "conv.conv2d"]
    assert largest_difference(before, after) < ROUNDING


def test_residual_norm_is_not_folded_into_the_convolution_that_adds_it() -> None:
    f = TensorFunction(SHAPE)
    normed = f.batch_norm(f.arguments[0])
    before = f.module(
        f.conv(f.arguments[0], 4, extras=[normed], epilogue=bias_epilogue()),
    )
    after, _ = run_passes(before, FoldBatchNormPass())
    assert op_names(after) == ["conv.elementwise", "conv.conv2d"]
    assert largest_difference(before, after) < ROUNDING


@pytest.mark.parametrize("unknown", ["scale", "shift", "mean", "variance"])
def test_unknown_parameters_leave_the_norm(unknown: str) -> None:
    f = TensorFunction(SHAPE, (4,))
    names = ("scale", "shift", "mean", "variance")
    values = [f.arguments[1] if n == unknown else f.constant(np.ones(4)) for n in names]
    before = f.module(f.add(BatchNormOp(f.conv(f.arguments[0], 4), *values, 1e-5)))
    after, (remark,) = run_passes(before, FoldBatchNormPass())
    assert after.is_structurally_equivalent(before)
    assert remark.message == f"the {unknown} is not a constant"


def test_infinite_factor_leaves_the_norm() -> None:
    f = TensorFunction(SHAPE)
    ones, zeros = f.constant(np.ones(4)), f.constant(np.zeros(4))
    norm = BatchNormOp(f.conv(f.arguments[0], 4), ones, zeros, zeros, zeros, 0.0)
    before = f.module(f.add(norm))
    after, (remark,) = run_passes(before, FoldBatchNormPass())
    assert after.is_structurally_equivalent(before)
    assert remark.message == "a channel's factor or offset is not finite"


def test_bias_region_may_name_its_arguments_in_either_order() -> None:
    f = TensorFunction(SHAPE)
    swapped = build_region(2, lambda arguments, b: ScalarBuilder.add(b, *reversed(arguments)))
    conv = f.conv(f.arguments[0], 4, extras=[f.random_constant(4)], epilogue=swapped)
    after, _ = run_passes(f.module(f.batch_norm(conv)), FoldBatchNormPass())
    assert op_names(after) == ["conv.conv2d"]
