"""Networks in f16: what changes type, what does not, and how far results move."""

import numpy as np
import pytest
from xdsl.dialects.builtin import f16, f32
from xdsl.ir import Region

from convopt.convdialect.constants import constant_elements
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.convolution import ConvolutionOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolKind
from convopt.convdialect.ops.resize import ResizeCoordinates, ResizeMode, ResizeOp
from convopt.convdialect.ops.structure import ChannelShuffleOp, ConcatOp, PadOp, ReshapeOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.reference import run
from convopt.convdialect.regions import build_region
from convopt.passes.rewriting import ops_of_type
from convopt.passes.simplify.fuse_epilogues import FuseEpiloguesPass
from convopt.passes.simplify.lower_precision import LowerPrecisionPass
from convopt.testing.passes import (
    docstring_example,
    largest_difference,
    op_names,
    parse_module,
    random_inputs,
    run_passes,
)
from convopt.testing.tensor_function import TensorFunction

SHAPE = (2, 4, 7, 6)
UNIT = 2.0**-11
"""Half a unit in the last place of f16, relative."""


def test_docstring_example_and_its_fixed_point() -> None:
    before, after = (parse_module(text) for text in docstring_example(LowerPrecisionPass))
    found, remarks = run_passes(before, LowerPrecisionPass())
    assert found.is_structurally_equivalent(after), f"found:\n{found}"
    assert [remark.kind for remark in remarks] == ["passed"]
    assert 0 < largest_difference(before, found) < 4 * UNIT
    again, remarks = run_passes(after, LowerPrecisionPass())
    assert again.is_structurally_equivalent(after)
    assert remarks == []


def test_a_network_is_f16_within_and_close() -> None:
    f = TensorFunction(SHAPE)
    (x,) = f.arguments
    y = f.sum(f.conv(x, 8, (3, 3), padding=(1, 1, 1, 1)), f.random_constant(8, 1, 1))
    y = f.add(ChannelShuffleOp(f.conv(y, 8, (3, 3), padding=(1, 1, 1, 1), groups=8), 2))
    y = f.add(ConcatOp([y, f.add(PadOp(f.conv(x, 4), (0, 0, 0, 0), 1.0))], 1))
    y = f.add(ResizeOp(y, (9, 9), ResizeMode.LINEAR, ResizeCoordinates.HALF_PIXEL))
    pooled = f.add(GlobalPoolOp(y, PoolKind.AVERAGE))
    scaled = f.add(PointwiseOp(y, f.random_constant(3, 12, 1, 1), scale=pooled))
    before = f.module(f.add(ReshapeOp(scaled, (2, 3 * 81))))
    after, _ = run_passes(before, FuseEpiloguesPass(), LowerPrecisionPass())
    types = {
        tensor_of(result).element_type
        for op in after.walk()
        if op.name.startswith("conv.") and not isinstance(op, CastOp)
        for result in op.results
    }
    assert types == {f16}
    assert op_names(after).count("conv.cast") == 2
    biases = [each for conv in ops_of_type(after, ConvolutionOp) for each in conv.extras]
    assert [tensor_of(each).element_type for each in biases] == [f32]
    assert 0 < largest_difference(before, after) < 20 * UNIT


def test_constants_are_rounded_once_and_shared() -> None:
    f = TensorFunction((1, 4, 3, 3))
    weights = f.random_constant(4, 4, 1, 1)
    x = f.add(PointwiseOp(f.arguments[0], weights))
    before = f.module(f.add(PointwiseOp(x, weights)))
    after, _ = run_passes(before, LowerPrecisionPass())
    first, second = ops_of_type(after, PointwiseOp)
    assert first.filter is second.filter
    found, expected = constant_elements(first.filter), constant_elements(weights)
    assert found is not None
    assert expected is not None
    np.testing.assert_array_equal(found, expected.astype(np.float16))
    assert sum(op.name == "arith.constant" for op in after.walk()) == 1


@pytest.mark.parametrize("value", [65504.0, -65504.0])
def test_constants_may_be_as_large_as_f16_is(value: float) -> None:
    f = TensorFunction((1, 1, 3, 3))
    before = f.module(f.add(PointwiseOp(f.arguments[0], f.constant([[[[value]]]]))))
    after, _ = run_passes(before, LowerPrecisionPass())
    assert op_names(after) == ["conv.cast", "conv.pointwise", "conv.cast"]


@pytest.mark.parametrize("value", [65505.0, -1e6, np.inf])
def test_larger_constants_keep_their_operation_in_f32(value: float) -> None:
    f = TensorFunction((1, 1, 3, 3))
    before = f.module(f.add(PointwiseOp(f.arguments[0], f.constant([[[[value]]]]))))
    after, (remark,) = run_passes(before, LowerPrecisionPass())
    assert after.is_structurally_equivalent(before)
    assert remark.message == "left as it is: reads a constant beyond the 65504 of f16"


def test_batch_norm_and_modules_stay_f32() -> None:
    f = TensorFunction(SHAPE)
    normal = f.batch_norm(f.conv(f.arguments[0], 4))
    inside = TensorFunction(SHAPE)
    body = inside.block
    inside.add(ElementwiseOp(body.args, build_region(1, lambda v, b: b.neg(v[0]))))
    negated = body.last_op
    assert negated is not None
    body.add_op(YieldOp(negated))
    fused = FusedOp([normal], Region(body), tensor_of(normal))
    before = f.module(f.add(fused))
    after, remarks = run_passes(before, LowerPrecisionPass())
    assert op_names(after) == [
        "conv.cast",
        "conv.conv2d",
        "conv.cast",
        "conv.batch_norm",
        "conv.fused",
    ]
    assert [each.message for each in remarks if each.kind == "missed"] == [
        "left as it is: no f16 for conv.batch_norm",
        "left as it is: no f16 for conv.fused",
    ]


@pytest.mark.parametrize(
    ("groups", "outputs", "message"),
    [
        (2, 4, ""),
        (4, 4, ""),
        (1, 3, ""),
        (4, 8, "1 input channels and 2 filters"),
        (2, 6, "2 input channels and 3 filters"),
    ],
)
def test_groups_of_which_words_would_hold_parts(groups: int, outputs: int, message: str) -> None:
    f = TensorFunction((1, 4, 5, 6))
    before = f.module(f.conv(f.arguments[0], outputs, (1, 1), groups=groups))
    after, remarks = run_passes(before, LowerPrecisionPass())
    assert after.is_structurally_equivalent(before) is bool(message)
    missed = [each.message for each in remarks if each.kind == "missed"]
    expected = [f"left as it is: its groups have {message}: expected even numbers"]
    assert missed == (expected if message else [])


INT8 = """
func.func @main(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %w = arith.constant dense<3> : tensor<1x1x1x1xi8>
  %q = conv.elementwise(%x) {
  ^bb0(%a: f32):
    %i = arith.fptosi %a : f32 to i8
    conv.yield %i : i8
  } : tensor<1x1x2x2xf32> -> tensor<1x1x2x2xi8>
  %y = conv.pointwise %q, %w epilogue {
  ^bb0(%a: i32):
    %f = arith.sitofp %a : i32 to f32
    conv.yield %f : f32
  } : tensor<1x1x2x2xi8>, tensor<1x1x1x1xi8> -> tensor<1x1x2x2xf32>
  func.return %y : tensor<1x1x2x2xf32>
}
"""


def test_int8_stays() -> None:
    before = parse_module(INT8)
    after, remarks = run_passes(before, LowerPrecisionPass())
    assert after.is_structurally_equivalent(before)
    assert [each.message for each in remarks] == ["left as it is: works on i8"] * 2


def test_casts_that_are_there_are_used() -> None:
    f = TensorFunction(SHAPE)
    half = f.add(CastOp(f.arguments[0], f16))
    before = f.module(f.conv(f.add(CastOp(half, f32)), 4))
    after, _ = run_passes(before, LowerPrecisionPass())
    assert op_names(after) == ["conv.cast", "conv.conv2d", "conv.cast"]
    inputs = random_inputs(before)
    assert run(after, inputs)[0].dtype == np.float64
    assert 0 < largest_difference(before, after) < 4 * UNIT


def test_other_types_are_refused() -> None:
    with pytest.raises(ConvoptError, match="expected to=f16, found to=bf16"):
        LowerPrecisionPass(to="bf16")
