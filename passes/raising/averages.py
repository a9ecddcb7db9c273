"""Averages that are written as a sum and a division."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
from xdsl.dialects import arith, tensor
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation, NamedOperation
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.linalg.forms import POOLINGS, SPATIAL
from convopt.convdialect.shapes import Window
from convopt.passes.raising.bodies import is_parallel
from convopt.passes.raising.elementwise import result_loops
from convopt.passes.raising.known import Array
from convopt.passes.raising.pooling import IMAGES, pool_image, pool_windows, pooling_window
from convopt.passes.raising.reductions import pool, reduction_of, scaled
from convopt.passes.raising.scalars import Computed, Element, Expression, Known
from convopt.passes.raising.start_values import number_of
from convopt.passes.raising.structure import pad_value, padding_of
from convopt.passes.raising.values import Raising, RaisingError
from convopt.passes.raising.windows import sizes_of, surplus_of


@dataclass(frozen=True)
class _Sum:
    """A sum of `count` elements each, and how to raise its average instead."""

    count: int
    average: Callable[[Raising], SSAValue]
    window_op: NamedOperation | None = None


def raise_average(
    raising: Raising, op: LinalgStructuredOperation, index: int, expression: Expression
) -> SSAValue | None:
    """A sum that is divided by a number as an average; None for all else.

    The number may be another than that of the elements, or count those inside of the padding.
    """
    quotient = _quotient(expression)
    if quotient is None:
        return None
    element, divisor = quotient
    order = result_loops(op, index)
    summed = _sum_behind(element.tensor) if element.loops == order else None
    if summed is None:
        return None
    if divisor.number == 0.0:
        return None
    if divisor.number is not None:
        return scaled(raising, summed.average(raising), summed.count / divisor.number)
    shape = tensor_of(op.results[index]).get_shape()
    divisors = np.broadcast_to(np.transpose(divisor.array, order), shape)
    return _average_inside(raising, summed.window_op, divisors)


def _quotient(expression: Expression) -> tuple[Element, Known] | None:
    """An element and what it is divided by."""
    if not isinstance(expression, Computed):
        return None
    if expression.kind is arith.DivfOp:
        dividend, divisor = expression.operands
        if isinstance(dividend, Element) and isinstance(divisor, Known):
            return dividend, divisor
    if expression.kind is arith.MulfOp:
        for factor, other in (expression.operands, expression.operands[::-1]):
            if isinstance(factor, Element) and isinstance(other, Known) and other.array.all():
                return factor, Known(_reciprocal(other.array))
    return None


def _reciprocal(factor: Array) -> Array:
    """One divided by f32 numbers; whole where these are rounded reciprocals of whole numbers."""
    inverse = 1.0 / factor.astype(np.float64)
    whole = np.rint(inverse)
    is_rounded = (1.0 / np.where(whole == 0, np.inf, whole)).astype(np.float32) == factor
    return np.where(is_rounded, whole, inverse)


def _sum_behind(value: SSAValue) -> _Sum | None:
    op = value.owner
    if not isinstance(op, LinalgStructuredOperation):
        return None
    index = op.results.index(value)
    if number_of(op.outputs[index]) != 0.0:
        return None
    if op.name in POOLINGS and not POOLINGS[op.name].is_maximum:
        return _windowed_sum(op)
    if is_parallel(op):
        return None
    try:
        reduction = reduction_of(op, index)
    except RaisingError:
        return None
    if reduction.kind != PoolKind.AVERAGE:
        return None
    return _Sum(reduction.count, lambda raising: pool(raising, reduction))


def _windowed_sum(op: LinalgStructuredOperation) -> _Sum:
    assert isinstance(op, NamedOperation)
    named = op
    return _Sum(
        prod(pooling_window(named).kernel),
        lambda raising: pool_windows(raising, named, PoolKind.AVERAGE),
        named,
    )


def _average_inside(
    raising: Raising, op: NamedOperation | None, divisors: Array
) -> SSAValue | None:
    """The average of the elements that are not padding, where `divisors` counts these."""
    pad = None if op is None else op.inputs[0].owner
    if op is None or not isinstance(pad, tensor.PadOp) or pad_value(pad) != 0.0:
        return None
    axes = POOLINGS[op.name].input
    low, high = (dict(zip(axes, amounts, strict=True)) for amounts in padding_of(pad))
    if any(low[axis] or high[axis] for axis in "nc"):
        return None
    taken, made = sizes_of(axes, pad.source), sizes_of(axes, op.results[0])
    surplus = surplus_of(pooling_window(op), sizes_of(axes, pad.results[0]), made)
    bottom, right = (high.get(axis, 0) - surplus[axis] for axis in SPATIAL)
    if min(bottom, right) < 0:
        return None
    window = pooling_window(op, (low.get("h", 0), low["w"], bottom, right))
    expected = _elements_inside(window, (taken.get("h", 1), taken["w"]))
    order = [axes.index(axis) for axis in IMAGES if axis in axes]
    found = np.transpose(divisors, order).reshape(-1, *expected.shape)
    if not bool((found == expected).all()):
        return None
    return pool_image(raising, op, raising.value(pad.source, op), PoolKind.AVERAGE, window)


def _elements_inside(window: Window, size: tuple[int, int]) -> Array:
    """How many elements each window holds that are not padding."""
    counts = []
    for axis, outputs in enumerate(window.output_size(*size)):
        starts = np.arange(outputs) * window.stride[axis] - window.padding[axis]
        taps = starts[:, np.newaxis] + np.arange(window.kernel[axis]) * window.dilation[axis]
        counts.append(((taps >= 0) & (taps < size[axis])).sum(axis=1))
    rows, columns = counts
    return np.outer(rows, columns)
