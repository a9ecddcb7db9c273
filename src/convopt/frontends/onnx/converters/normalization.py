"""BatchNormalization and Softmax."""

from math import prod

from xdsl.ir import SSAValue

from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts


@converts("BatchNormalization")
def batch_normalization(context: NodeContext) -> SSAValue:
    """Inference with constant statistics of a feature map."""
    if context.attribute("training_mode", 0):
        raise Unsupported("expected inference, found training_mode = 1")
    if not context.attribute("spatial", 1):
        raise Unsupported("expected statistics per channel, found spatial = 0")
    for index, what in enumerate(("scale", "shift", "mean", "variance"), start=1):
        context.constant(index, what)
    return context.emit(
        BatchNormOp(
            context.feature_map(),
            scale=context.value(1),
            shift=context.value(2),
            mean=context.value(3),
            variance=context.value(4),
            epsilon=context.attribute("epsilon", 1e-5),
        )
    )


@converts("Softmax")
def softmax(context: NodeContext) -> SSAValue:
    """Along one axis; before opset 13 along all axes from the given one on."""
    value = context.value()
    shape = shape_of(value)
    if context.opset >= 13:
        return context.emit(SoftmaxOp(value, context.attribute("axis", -1)))
    axis = context.attribute("axis", 1)
    axis += len(shape) if axis < 0 else 0
    if prod(shape[axis + 1 :]) == 1:
        return context.emit(SoftmaxOp(value, axis))
    rows = context.emit(ReshapeOp(value, (prod(shape[:axis]), prod(shape[axis:]))))
    return context.emit(ReshapeOp(context.emit(SoftmaxOp(rows, 1)), shape))
