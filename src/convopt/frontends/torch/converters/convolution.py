"""Convolutions with constant weights."""

from xdsl.ir import SSAValue

from convopt.convdialect.shapes import Pair, Window
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import convolution as convolution_layer
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("convolution")
def convolution(context: NodeContext) -> SSAValue:
    if context.argument("transposed"):
        raise Unsupported("expected a convolution, found a transposed one")
    return _convolution(context, _padding(context))


@converts("conv2d")
def conv2d(context: NodeContext) -> SSAValue:
    return _convolution(context, _padding(context))


def _padding(context: NodeContext) -> Pair:
    _require_2d(context)
    return context.pair("padding")


def _convolution(context: NodeContext, padding: Pair) -> SSAValue:
    rows, columns = padding
    filters = context.constant("weight", "filter")
    window = Window(
        (filters.shape[2], filters.shape[3]),
        context.pair("stride"),
        (rows, columns, rows, columns),
        context.pair("dilation"),
    )
    bias = None
    if context.argument("bias") is not None:
        context.constant("bias", "bias")
        bias = context.value("bias")
    groups = context.argument("groups")
    return convolution_layer(
        context, context.value("input"), context.value("weight"), bias, window, groups
    )


def _require_2d(context: NodeContext) -> None:
    rank = len(shape_of(context.value("input")))
    if rank != 4:
        raise Unsupported(f"expected a 2-D convolution (input of rank 4), found {rank - 2}-D")
