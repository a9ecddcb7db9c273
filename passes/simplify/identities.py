"""Operations that do nothing, or that one operation can do instead of two."""

from collections.abc import Callable, Mapping
from typing import Any

from xdsl.dialects.builtin import NoneAttr, TensorType
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import PoolOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    ReshapeOp,
    TransposeOp,
)


def identical_input(op: Operation) -> SSAValue | None:
    """The operand that the result of `op` always equals, or None."""
    find = _IDENTITIES.get(type(op))
    if find is None:
        return None
    value = find(op)
    # Equal elements in another layout are another value.
    return value if value is not None and value.type == op.results[0].type else None


def combined(op: Operation) -> Operation | None:
    """An operation that does the work of `op` and of the one that makes its operand, or None.

    Reshapes of reshapes and transposes of transposes; plain layouts only.
    """
    if not isinstance(op, ReshapeOp | TransposeOp):
        return None
    producer = op.input.owner
    if not isinstance(producer, type(op)) or not _all_plain(op, producer):
        return None
    if isinstance(op, ReshapeOp):
        return ReshapeOp(producer.input, op.result_type.get_shape())
    assert isinstance(producer, TransposeOp)
    inner = producer.permutation.get_values()
    return TransposeOp(producer.input, [inner[axis] for axis in op.permutation.get_values()])


def _all_plain(*ops: ReshapeOp | TransposeOp) -> bool:
    types = [tensor for op in ops for tensor in (op.input.type, op.result.type)]
    return all(isinstance(each, TensorType) and each.encoding == NoneAttr() for each in types)


def _same_shape(op: ReshapeOp | ResizeOp | ConvertLayoutOp) -> SSAValue:
    """The input; whether its type is that of the result is checked for all identities."""
    return op.input


def _transpose(op: TransposeOp) -> SSAValue | None:
    permutation = op.permutation.get_values()
    # Axes of size 1 may change places freely only as a reshape: the type check sees to that.
    moved = [axis for axis in permutation if op.input_type.get_shape()[axis] != 1]
    return op.input if moved == sorted(moved) else None


def _elementwise(op: ElementwiseOp) -> SSAValue | None:
    block = op.body.block
    yielded = block.last_op
    assert yielded is not None
    for argument, value in zip(block.args, op.inputs, strict=True):
        if yielded.operands[0] is argument:
            return value
    return None


def _concat(op: ConcatOp) -> SSAValue | None:
    return op.inputs[0] if len(op.inputs) == 1 else None


def _pad(op: PadOp) -> SSAValue | None:
    return op.input if not any(op.padding.get_values()) else None


def _channel_shuffle(op: ChannelShuffleOp) -> SSAValue | None:
    channels = op.input_type.get_shape()[1]
    return op.input if op.groups in (1, channels) else None


def _pool(op: PoolOp) -> SSAValue | None:
    window = op.window
    trivial = window.kernel == (1, 1) and window.stride == (1, 1) and not any(window.padding)
    return op.input if trivial else None


_IDENTITIES: Mapping[type[Operation], Callable[[Any], SSAValue | None]] = {
    ChannelShuffleOp: _channel_shuffle,
    ConcatOp: _concat,
    ConvertLayoutOp: _same_shape,
    ElementwiseOp: _elementwise,
    PadOp: _pad,
    PoolOp: _pool,
    ReshapeOp: _same_shape,
    ResizeOp: _same_shape,
    TransposeOp: _transpose,
}
