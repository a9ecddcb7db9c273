"""Operators that move elements or do nothing at inference."""

from math import prod

from onnx import TensorProto
from xdsl.ir import SSAValue

from convopt.convdialect.ops.structure import ConcatOp, PadOp, ReshapeOp, TransposeOp
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts


@converts("Identity")
def identity(context: NodeContext) -> SSAValue:
    return context.value()


@converts("Dropout")
def dropout(context: NodeContext) -> SSAValue:
    """Nothing at inference."""
    training = context.optional_constant(2, "training mode")
    if training is not None and bool(training.reshape(())):
        raise Unsupported("expected inference, found training_mode = true")
    return context.value()


@converts("Cast")
def cast(context: NodeContext) -> SSAValue:
    """Of float32 to float32: nothing."""
    if context.attribute("to") != TensorProto.FLOAT:
        raise Unsupported("expected a cast to float32, found one to another type")
    return context.value()


@converts("Constant")
def constant(context: NodeContext) -> SSAValue:
    """An output of the model that turned out constant; other constants are folded before."""
    return context.constant_output()


@converts("Flatten")
def flatten(context: NodeContext) -> SSAValue:
    shape = shape_of(context.value())
    axis = context.attribute("axis", 1)
    axis += len(shape) if axis < 0 else 0
    return _reshape(context, (prod(shape[:axis]), prod(shape[axis:])))


@converts("Reshape")
def reshape(context: NodeContext) -> SSAValue:
    """A size of 0 keeps the input's, one of -1 takes what is left."""
    shape = shape_of(context.value())
    if context.opset < 5:
        wanted = list(context.attribute("shape"))
    else:
        wanted = [int(size) for size in context.constant(1, "shape")]
    if not context.attribute("allowzero", 0):
        wanted = [shape[axis] if size == 0 else size for axis, size in enumerate(wanted)]
    if -1 in wanted:
        rest = prod(size for size in wanted if size != -1)
        wanted[wanted.index(-1)] = prod(shape) // max(rest, 1)
    return _reshape(context, tuple(wanted))


@converts("Squeeze")
def squeeze(context: NodeContext) -> SSAValue:
    shape = shape_of(context.value())
    axes = context.axes(1, since_opset=13)
    removed = {axis % len(shape) for axis in axes or ()}
    return _reshape(
        context,
        tuple(
            size
            for axis, size in enumerate(shape)
            if (axis not in removed if axes is not None else size != 1)
        ),
    )


@converts("Unsqueeze")
def unsqueeze(context: NodeContext) -> SSAValue:
    sizes = iter(shape_of(context.value()))
    axes = context.axes(1, since_opset=13) or ()
    rank = len(shape_of(context.value())) + len(axes)
    added = {axis % rank for axis in axes}
    return _reshape(context, tuple(1 if axis in added else next(sizes) for axis in range(rank)))


def _reshape(context: NodeContext, shape: tuple[int, ...]) -> SSAValue:
    return context.emit(ReshapeOp(context.value(), shape))


@converts("Transpose")
def transpose(context: NodeContext) -> SSAValue:
    axes = range(len(shape_of(context.value())))
    permutation = context.attribute("perm", tuple(reversed(axes)))
    return context.emit(TransposeOp(context.value(), permutation))


@converts("Concat")
def concat(context: NodeContext) -> SSAValue:
    values = [context.value(index) for index in range(len(context.node.inputs))]
    axis = context.attribute("axis", 1)
    return values[0] if len(values) == 1 else context.emit(ConcatOp(values, axis))


@converts("Pad")
def pad(context: NodeContext) -> SSAValue:
    """Constant padding of height and width."""
    mode = context.attribute("mode", "constant")
    if mode != "constant":
        raise Unsupported(f"expected constant padding, found mode '{mode}'")
    value = context.feature_map()
    before, after = _pads(context)
    if any(size < 0 for size in (*before, *after)):
        raise Unsupported(f"expected pads of at least 0, found {[*before, *after]}")
    if any((*before[:2], *after[:2])):
        raise Unsupported("expected padding of height and width, found it on batch or channels")
    (_, _, top, left), (_, _, bottom, right) = before, after
    return context.emit(PadOp(value, (top, left, bottom, right), _pad_value(context)))


def _pads(context: NodeContext) -> tuple[list[int], list[int]]:
    """Elements before and after each of the four axes."""
    pads = context.attribute("pads") if context.opset < 11 else context.constant(1, "pads")
    axes = context.optional_constant(3, "axes")
    before, after = [0] * 4, [0] * 4
    listed = range(4) if axes is None else [int(axis) for axis in axes]
    for position, axis in enumerate(listed):
        before[axis] = int(pads[position])
        after[axis] = int(pads[position + len(listed)])
    return before, after


def _pad_value(context: NodeContext) -> float:
    if context.opset < 11:
        return float(context.attribute("value", 0.0))
    value = context.optional_constant(2, "padding value")
    return 0.0 if value is None else float(value.reshape(()))
