"""Which operation has which kernel."""

from collections.abc import Callable, Mapping

from xdsl.ir import Operation

from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.tensor_ops import elementwise, moving, pooling
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    TransposeOp,
)

_WRITERS: Mapping[type[Operation], Callable[[Operation], DeviceFunction]] = {
    ElementwiseOp: elementwise.elementwise,
    CastOp: elementwise.cast,
    PoolOp: pooling.pool,
    GlobalPoolOp: pooling.global_pool,
    ConcatOp: moving.concat,
    PadOp: moving.pad,
    ChannelShuffleOp: moving.channel_shuffle,
    TransposeOp: moving.transpose,
    ConvertLayoutOp: moving.convert_layout,
}


def write_tensor_op(op: Operation) -> DeviceFunction | None:
    """The kernel of an operation, None for one that has none.

    Parameters: X0, X1, … for the operands, Y for the result.
    """
    writer = _WRITERS.get(type(op))
    return None if writer is None else writer(op)
