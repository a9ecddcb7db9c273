"""Operators that move elements or do nothing at inference."""

from math import prod

from xdsl.ir import SSAValue

from convopt.convdialect.ops.structure import ChannelShuffleOp, ConcatOp, PadOp, ReshapeOp
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import transposed
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("clone", "alias", "detach", "dropout", "contiguous", "lift_fresh_copy")
def identity(context: NodeContext) -> SSAValue:
    """What differs in memory only."""
    if context.argument_or("train", False):
        raise Unsupported("expected inference, found dropout that trains")
    return context.value("self" if context.argument_or("input", None) is None else "input")


@converts("_to_copy")
def to_copy(context: NodeContext) -> SSAValue:
    """A copy in another memory format; inputs and results are f32 on this processor."""
    return context.value()


@converts("view", "_unsafe_view", "reshape", "squeeze", "squeeze.dim", "squeeze.dims", "unsqueeze")
@converts("flatten.using_ints")
def reshape(context: NodeContext) -> SSAValue:
    """The same elements in row-major order, under the shape that PyTorch finds."""
    value, shape = context.value(), context.result_shape()
    while isinstance(value.owner, ReshapeOp):
        value = value.owner.input
    return value if shape_of(value) == shape else context.emit(ReshapeOp(value, shape))


@converts("expand")
def expand(context: NodeContext) -> SSAValue:
    """To the shape that it has."""
    value, shape = context.value(), context.result_shape()
    if shape_of(value) != shape:
        raise Unsupported(
            f"expected the same shape, found {list(shape_of(value))} to {list(shape)}"
        )
    return value


@converts("as_strided")
def as_strided(context: NodeContext) -> SSAValue:
    """A tensor in row-major order under another shape, also in row-major order."""
    strides = list(context.argument("stride"))
    shape = context.result_shape()
    expected = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    differs = any(
        size > 1 and stride != wanted
        for size, stride, wanted in zip(shape, strides, expected, strict=True)
    )
    if differs or context.argument("storage_offset") or not context.is_row_major("self"):
        raise Unsupported(f"expected row-major strides, found {strides}")
    return reshape(context)


@converts("permute")
def permute(context: NodeContext) -> SSAValue:
    value = context.value()
    rank = len(shape_of(value))
    return transposed(context, value, [axis % rank for axis in context.argument("dims")])


@converts("t")
def transposed_matrix(context: NodeContext) -> SSAValue:
    value = context.value()
    return transposed(context, value, range(len(shape_of(value)))[::-1])


@converts("transpose.int")
def transpose(context: NodeContext) -> SSAValue:
    value = context.value()
    axes = list(range(len(shape_of(value))))
    first, second = context.argument("dim0") % len(axes), context.argument("dim1") % len(axes)
    axes[first], axes[second] = axes[second], axes[first]
    return transposed(context, value, axes)


@converts("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(context: NodeContext) -> SSAValue:
    return context.emit(ChannelShuffleOp(context.feature_map(), context.argument("groups")))


@converts("cat")
def cat(context: NodeContext) -> SSAValue:
    values = context.values("tensors")
    return (
        values[0] if len(values) == 1 else context.emit(ConcatOp(values, context.argument("dim")))
    )


@converts("constant_pad_nd")
def pad(context: NodeContext) -> SSAValue:
    """Constant padding of height and width; PyTorch names the last axis first."""
    pads = list(context.argument("pad"))
    pads += [0] * (8 - len(pads))
    if not all(isinstance(size, int) and size >= 0 for size in pads):
        raise Unsupported(f"expected pads of at least 0, found {pads}")
    if any(pads[4:]):
        raise Unsupported("expected padding of height and width, found it on batch or channels")
    left, right, top, bottom = pads[:4]
    value = context.feature_map()
    return context.emit(PadOp(value, (top, left, bottom, right), context.number("value")))
