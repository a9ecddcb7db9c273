"""Operations that make, reorder, join or surround tensors without computing."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects import arith, tensor
from xdsl.dialects.builtin import DenseResourceAttr
from xdsl.dialects.linalg.ops import BroadcastOp, FillOp
from xdsl.dialects.linalg.ops import TransposeOp as LinalgTransposeOp
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.structure import ConcatOp, PadOp, TransposeOp
from convopt.passes.raising.axes import aligned, image_axes, joined, parted, permuted, reshaped
from convopt.passes.raising.elementwise import computed
from convopt.passes.raising.known import constant_array
from convopt.passes.raising.start_values import broadcast_axes, number_of
from convopt.passes.raising.values import Raising, RaisingError


def raise_constant(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A tensor of constants stays what it is."""
    assert isinstance(op, arith.ConstantOp)
    if isinstance(op.value, DenseResourceAttr):
        raise RaisingError(op, f"expected elements in the text, found {op.value} without them")
    return raising.emit(op.clone())


def raise_own(raising: Raising, op: Operation, index: int) -> SSAValue:
    """An operation of the conv dialect stays what it is, of raised operands."""
    raised = {operand: raising.value(operand, op) for operand in op.operands}
    return raising.emit(op.clone(value_mapper=raised))


def raise_empty(raising: Raising, op: Operation, index: int) -> SSAValue:
    raise RaisingError(op, "expected elements to be written before they are read, found none")


def raise_fill(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A tensor of one number, as a constant."""
    assert isinstance(op, FillOp)
    number = number_of(op.results[0])
    if number is None:
        raise RaisingError(op, "expected a constant to fill with, found another value")
    return raising.emit(constant(np.full(tensor_of(op.results[0]).get_shape(), number)))


def raise_broadcast(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A tensor that repeats another, as an elementwise operation that copies."""
    assert isinstance(op, BroadcastOp)
    shape = tensor_of(op.results[0]).get_shape()
    kept = [axis for axis, source in enumerate(broadcast_axes(op)) if source is not None]
    repeated = aligned(raising, raising.value(op.input, op), kept, range(len(shape)))
    zeros = raising.emit(constant(np.zeros(shape)))
    return computed(raising, [repeated, zeros], lambda values, b: values[0])


def raise_reshape(raising: Raising, op: Operation, index: int) -> SSAValue:
    """tensor.expand_shape, tensor.collapse_shape, tensor.reshape and tensor.cast"""
    return reshaped(
        raising, raising.value(op.operands[0], op), tensor_of(op.results[0]).get_shape()
    )


def raise_transpose(raising: Raising, op: Operation, index: int) -> SSAValue:
    assert isinstance(op, LinalgTransposeOp)
    return permuted(raising, raising.value(op.inputs[0], op), op.permutation.get_values())


def raise_concat(raising: Raising, op: Operation, index: int) -> SSAValue:
    assert isinstance(op, tensor.ConcatOp)
    values = [raising.value(each, op) for each in op.inputs]
    axis = op.dim.value.data
    transposes = [each.owner for each in values if isinstance(each.owner, TransposeOp)]
    permutations = {tuple(each.permutation.get_values()) for each in transposes}
    if len(transposes) < len(values) or len(permutations) > 1:
        return raising.emit(ConcatOp(values, axis))
    (permutation,) = permutations
    before = raising.emit(ConcatOp([each.input for each in transposes], permutation[axis]))
    return permuted(raising, before, permutation)


def raise_pad(raising: Raising, op: Operation, index: int) -> SSAValue:
    """Padding of at most two axes by a constant."""
    assert isinstance(op, tensor.PadOp)
    low, high = padding_of(op)
    return padded(raising, op, op.source, low, high, pad_value(op))


def raise_insert_slice(raising: Raising, op: Operation, index: int) -> SSAValue:
    """A tensor put into one of a single number: padding."""
    assert isinstance(op, tensor.InsertSliceOp)
    number = number_of(op.dest)
    offsets, sizes, strides = (
        tuple(each.get_values()) for each in (op.static_offsets, op.static_sizes, op.static_strides)
    )
    is_whole = sizes == tensor_of(op.source).get_shape() and set(strides) == {1}
    if number is None or not is_whole or op.offsets:
        raise RaisingError(
            op,
            "expected a whole tensor at a fixed place in a tensor of one constant, found another",
        )
    outer = tensor_of(op.dest).get_shape()
    high = [o - at - size for o, at, size in zip(outer, offsets, sizes, strict=True)]
    return padded(raising, op, op.source, offsets, high, number)


def raise_extract_slice(raising: Raising, op: Operation, index: int) -> SSAValue:
    """All of a tensor, perhaps without axes of size one; there is no operation for parts."""
    assert isinstance(op, tensor.ExtractSliceOp)
    if tuple(op.static_sizes.get_values()) != tensor_of(op.source).get_shape():
        raise RaisingError(
            op, f"expected a slice of all of {op.source.type}, found {op.results[0].type}"
        )
    return raise_reshape(raising, op, index)


def padding_of(op: tensor.PadOp) -> tuple[Sequence[int], Sequence[int]]:
    """How much is put before and behind each axis; a negative number where that is not known."""
    return op.static_low.get_values(), op.static_high.get_values()


def pad_value(op: tensor.PadOp) -> float:
    """What a tensor is padded with."""
    last = op.region.block.last_op
    array = None if last is None else constant_array(last.operands[0])
    if array is None:
        raise RaisingError(op, "expected a constant to pad with, found another value")
    return float(array)


def padded(
    raising: Raising,
    op: Operation,
    source: SSAValue,
    low: Sequence[int],
    high: Sequence[int],
    value: float,
) -> SSAValue:
    """`source`, raised, with so many of `value` before and behind each axis; at most two axes."""
    sizes = tensor_of(source).get_shape()
    grown = [axis for axis in range(len(sizes)) if low[axis] or high[axis]]
    if len(grown) > 2 or min(*low, *high) < 0:
        raise RaisingError(
            op,
            "expected padding of at least 0 on at most two axes, "
            f"found low {list(low)} and high {list(high)}",
        )
    for spatial in ([2, 3], [1, 2]):
        if len(sizes) == 4 and set(grown) <= set(spatial):
            grown = spatial
            break
    names = [str(axis) for axis in range(len(sizes))]
    target = image_axes(names, [names[axis] for axis in grown])
    image = joined(raising, raising.value(source, op), names, target)
    rows, columns = ([int(axis) for axis in item] for item in target[2:])
    top, bottom = (low[rows[0]], high[rows[0]]) if rows else (0, 0)
    left, right = (low[columns[0]], high[columns[0]]) if columns else (0, 0)
    result = raising.emit(PadOp(image, (top, left, bottom, right), value))
    result_sizes = {
        name: before + size + behind
        for name, before, size, behind in zip(names, low, sizes, high, strict=True)
    }
    return parted(raising, result, target, names, result_sizes)
