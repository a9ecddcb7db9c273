"""Scalar regions: building, evaluating, inlining, and the activations made of them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.dialects import arith
from xdsl.dialects.builtin import NameLoc, NoneAttr, StringAttr, f32, i8, i32
from xdsl.ir import Operation, Region, SSAValue

from convopt.convdialect import activations
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.regions import (
    SCALAR_OPERATIONS,
    ScalarBuilder,
    build_region,
    build_typed_region,
    evaluate,
    inline,
    verify_scalar_region,
)

Array = npt.NDArray[Any]
VALUES = np.linspace(-8.0, 8.0, 65)


def unary(activation: Callable[..., SSAValue], *parameters: float) -> Region:
    return build_region(1, lambda args, b: activation(b, args[0], *parameters))


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (unary(activations.relu), np.maximum(VALUES, 0)),
        (unary(activations.clip, -1.0, 6.0), np.clip(VALUES, -1, 6)),
        (unary(activations.hard_sigmoid), np.clip(0.2 * VALUES + 0.5, 0, 1)),
        (unary(activations.hard_sigmoid, 0.25, 0.75), np.clip(0.25 * VALUES + 0.75, 0, 1)),
        (unary(activations.hard_swish), VALUES * np.clip(VALUES / 6 + 0.5, 0, 1)),
        (unary(activations.sigmoid), sigmoid(VALUES)),
        (unary(activations.silu), VALUES * sigmoid(VALUES)),
        (unary(activations.tanh), np.tanh(VALUES)),
    ],
    ids=[
        "relu",
        "clip",
        "hard_sigmoid",
        "hard_sigmoid_of",
        "hard_swish",
        "sigmoid",
        "silu",
        "tanh",
    ],
)
def test_activation(region: Region, expected: Array) -> None:
    verify_scalar_region(region, [f32], [f32], "body")
    np.testing.assert_allclose(evaluate(region, [VALUES]), expected, rtol=1e-6, atol=1e-7)


def test_clip_leaves_out_a_missing_bound() -> None:
    region = build_region(1, lambda args, b: activations.clip(b, args[0], None, 6.0))
    assert [type(op) for op in region.block.ops] == [arith.ConstantOp, arith.MinnumfOp, YieldOp]


def test_nan_becomes_the_other_operand_of_maximum_and_minimum() -> None:
    nan = np.array([np.nan])
    assert evaluate(unary(activations.relu), [nan]) == 0
    assert evaluate(unary(activations.clip, -1.0, 6.0), [nan]) == -1
    assert np.isnan(evaluate(unary(activations.sigmoid), [nan]))
    both = build_region(2, lambda args, b: b.minimum(args[0], args[1]))
    assert evaluate(both, [np.array([2.0]), nan]) == 2


def test_builder_covers_every_scalar_operation() -> None:
    def everything(args: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
        x, y = b.to_float(args[0]), args[1]
        numerator = b.sub(b.mul(b.add(x, y), b.constant(3.0)), b.minimum(x, y))
        larger = b.where_greater(x, y, x, y)
        denominator = b.sqrt(b.exp(b.abs(b.neg(b.maximum(larger, y)))))
        return b.to_int8(b.round_even(b.mul(y, b.tanh(b.div(numerator, denominator)))))

    region = build_typed_region([i32, f32], everything)
    verify_scalar_region(region, [i32, f32], [i8], "body")
    assert {type(op) for op in region.block.ops} == {*SCALAR_OPERATIONS, YieldOp}
    x, y = np.array([3, -2], np.int32), np.array([-100.0, 30.0])
    expected = np.rint(
        y * np.tanh(((x + y) * 3 - np.minimum(x, y)) / np.sqrt(np.exp(np.abs(np.maximum(x, y)))))
    )
    found = evaluate(region, [x, y], np.float32)
    assert found.dtype == np.int8
    assert np.count_nonzero(expected)
    np.testing.assert_array_equal(found, expected)


def test_constants_are_rounded_to_single_precision() -> None:
    region = build_region(1, lambda args, b: b.constant(0.1))
    assert evaluate(region, [np.zeros(1)]) == np.float64(np.float32(0.1))
    region = build_region(1, lambda args, b: b.constant(1e300))
    assert evaluate(region, [np.zeros(1)]) == np.inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_evaluation_follows_dtype_and_broadcasts(dtype: type[np.generic]) -> None:
    region = build_region(2, lambda args, b: b.add(b.mul(args[0], args[1]), b.constant(1.0)))
    result = evaluate(region, [np.ones((2, 3, 1), dtype), np.ones((4,), dtype)])
    assert result.shape == (2, 3, 4)
    assert result.dtype == dtype
    only_constant = build_region(1, lambda args, b: b.constant(1.0))
    assert evaluate(only_constant, [np.ones((2, 2), dtype)]).shape == (2, 2)


def test_inline_copies_one_region_after_another() -> None:
    double = build_region(1, lambda args, b: b.add(args[0], args[0]))
    region = build_region(2, lambda args, b: b.inline(double, [b.mul(args[0], args[1])]))
    verify_scalar_region(region, [f32, f32], [f32], "body")
    assert evaluate(region, [np.array([3.0]), np.array([5.0])]) == 30
    assert evaluate(double, [np.array([3.0])]) == 6


def test_inline_keeps_locations_and_yielded_arguments() -> None:
    region = unary(activations.relu)
    location = NameLoc(StringAttr("node"), NoneAttr())
    for op in region.block.ops:
        op.location = location
    argument = build_region(1, lambda args, b: args[0]).block.args[0]
    copies: list[Operation] = []
    (result,) = inline(region.block, [argument], copies.append)
    assert [op.location for op in copies] == [location, location]
    assert result is copies[-1].results[0]
    identity = build_region(1, lambda args, b: args[0])
    assert inline(identity.block, [result], copies.append) == [result]
    assert len(copies) == 2
