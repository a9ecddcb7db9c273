"""Convolutions with constant weights."""

from xdsl.ir import SSAValue

from convopt.convdialect.ops.convolution_base import kernel_of
from convopt.convdialect.shapes import Padding, Pair, Window
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import convolution as convolution_layer
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("convolution")
def convolution(context: NodeContext) -> SSAValue:
    if context.argument("transposed"):
        raise Unsupported("expected a convolution, found a transposed one")
    return conv2d(context)


@converts("conv2d", "conv2d.padding")
def conv2d(context: NodeContext) -> SSAValue:
    rank = len(shape_of(context.value("input")))
    if rank != 4:
        raise Unsupported(f"expected a 2-D convolution (input of rank 4), found {rank - 2}-D")
    filters = context.filter("weight")
    kernel = kernel_of(filters)
    dilation = context.pair("dilation")
    window = Window(kernel, context.pair("stride"), _padding(context, kernel, dilation), dilation)
    bias = None
    if context.argument("bias") is not None:
        bias = context.filter("bias", "bias")
    groups = context.argument("groups")
    return convolution_layer(context, context.value("input"), filters, bias, window, groups)


def _padding(context: NodeContext, kernel: Pair, dilation: Pair) -> Padding:
    """Numbers, or `valid` or `same`; an odd element of the latter is at the end."""
    mode = context.argument("padding")
    if mode == "valid":
        return 0, 0, 0, 0
    if mode != "same":
        rows, columns = context.pair("padding")
        return rows, columns, rows, columns
    height, width = ((size - 1) * step for size, step in zip(kernel, dilation, strict=True))
    return height // 2, width // 2, height - height // 2, width - width // 2
