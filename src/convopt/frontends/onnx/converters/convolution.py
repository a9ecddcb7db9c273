"""Conv."""

from xdsl.ir import SSAValue

from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import convolution
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts
from convopt.frontends.onnx.converters.windows import window_of


@converts("Conv")
def conv(context: NodeContext) -> SSAValue:
    """A convolution with constant weights; the bias is its epilogue."""
    rank = len(shape_of(context.value()))
    if rank != 4:
        raise Unsupported(f"expected a 2-D convolution (input of rank 4), found {rank - 2}-D")
    filter_shape = context.constant(1, "filter").shape
    window = window_of(context, filter_shape[2:], shape_of(context.value())[2:])
    weights = context.value(1)
    bias = None
    if context.has(2):
        context.constant(2, "bias")
        bias = context.value(2)
    groups = context.attribute("group", 1)
    return convolution(context, context.value(), weights, bias, window, groups)
