"""Structured operations whose loops are all parallel become `conv.elementwise`."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.structure import TransposeOp
from convopt.convdialect.regions import ScalarFunction, build_region
from convopt.convdialect.shapes import broadcast_shapes
from convopt.passes.raising.axes import aligned, permuted, reshaped
from convopt.passes.raising.bodies import axes_of, maps_of
from convopt.passes.raising.known import Array
from convopt.passes.raising.scalars import (
    Element,
    Expression,
    Known,
    leaves_of,
    scalar_region,
)
from convopt.passes.raising.values import Raising, RaisingError, shape_of


def result_loops(op: LinalgStructuredOperation, index: int) -> tuple[int, ...]:
    """The loop of each axis of a result of an operation all of whose loops are parallel."""
    map_ = maps_of(op)[len(op.inputs) + index]
    loops = axes_of(op, map_, op.outputs[index])
    order = tuple(loop for loop in loops if loop is not None)
    if sorted(order) != list(range(map_.num_dims)) or len(order) < len(loops):
        raise RaisingError(op, f"expected a result of all loops, found {map_}")
    return order


def raise_expression(
    raising: Raising, op: LinalgStructuredOperation, index: int, expression: Expression
) -> SSAValue:
    """A result whose elements are `expression`, as an elementwise operation or a constant."""
    order = result_loops(op, index)
    shape = tensor_of(op.results[index]).get_shape()
    if isinstance(expression, Known):
        return raising.emit(constant(np.broadcast_to(_ordered(expression, order), shape)))
    leaves = list(leaves_of(expression))
    operands = [_operand(raising, op, leaf, order) for leaf in leaves]
    if broadcast_shapes([shape_of(operand) for operand in operands]) != shape:
        # No operand has the shape of the result, so one whose elements are not read gives it.
        zeros = np.zeros(shape, np.float32)
        leaves.append(Known(zeros))
        operands.append(raising.emit(constant(zeros)))
    permutation = common_permutation(operands, shape)
    if permutation is not None:
        operands = [_before_transpose(raising, each, permutation) for each in operands]
    made = raising.emit(ElementwiseOp(operands, scalar_region(expression, leaves)))
    return made if permutation is None else permuted(raising, made, permutation)


def common_permutation(values: Sequence[SSAValue], shape: Sequence[int]) -> list[int] | None:
    """The permutation of the transposes that make all values of a shape, apart from constants.

    What is computed of them is computed before they are transposed: then a network that was
    written with channels last is transposed at its ends only.
    """
    whole = [
        value for value in values if shape_of(value) == shape and constant_value(value) is None
    ]
    transposes = [value.owner for value in whole if isinstance(value.owner, TransposeOp)]
    permutations = {tuple(each.permutation.get_values()) for each in transposes}
    if len(permutations) != 1 or len(transposes) < len(whole):
        return None
    return list(permutations.pop())


def _before_transpose(raising: Raising, value: SSAValue, permutation: Sequence[int]) -> SSAValue:
    """An operand of what is computed before the transpose by `permutation`."""
    shape = shape_of(value)
    inverse = [permutation.index(axis) for axis in range(len(permutation))]
    full = reshaped(raising, value, [*[1] * (len(permutation) - len(shape)), *shape])
    return permuted(raising, full, inverse)


def _operand(
    raising: Raising, op: Operation, leaf: Element | Known, order: Sequence[int]
) -> SSAValue:
    if isinstance(leaf, Element):
        return aligned(raising, raising.value(leaf.tensor, op), leaf.loops, order)
    return raising.emit(constant(_ordered(leaf, order)))


def _ordered(known: Known, order: Sequence[int]) -> Array:
    """Numbers with an axis for each loop of `order`, apart from axes of size one in front."""
    if known.number is not None:
        return np.array(known.number)
    array = np.transpose(known.array, order)
    varying = [axis for axis, size in enumerate(array.shape) if size > 1]
    return array.reshape(array.shape[varying[0] :])


def computed(raising: Raising, operands: Sequence[SSAValue], function: ScalarFunction) -> SSAValue:
    """An elementwise operation on raised values; `function` builds its region."""
    return raising.emit(ElementwiseOp(operands, build_region(len(operands), function)))
