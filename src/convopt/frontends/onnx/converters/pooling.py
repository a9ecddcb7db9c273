"""Pooling over windows, over whole feature maps, and the mean over height and width."""

from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import pool
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts
from convopt.frontends.onnx.converters.windows import window_of


@converts("MaxPool")
def max_pool(context: NodeContext) -> SSAValue:
    return _pool(context, PoolKind.MAX, count_include_pad=False)


@converts("AveragePool")
def average_pool(context: NodeContext) -> SSAValue:
    return _pool(context, PoolKind.AVERAGE, bool(context.attribute("count_include_pad", 0)))


def _pool(context: NodeContext, kind: PoolKind, count_include_pad: bool) -> SSAValue:
    value = context.feature_map()
    window = window_of(context, context.attribute("kernel_shape"), shape_of(value)[2:])
    return pool(
        context,
        value,
        kind,
        window,
        ceil_mode=bool(context.attribute("ceil_mode", 0)),
        count_include_pad=count_include_pad,
    )


@converts("GlobalAveragePool")
def global_average_pool(context: NodeContext) -> SSAValue:
    return context.emit(GlobalPoolOp(context.feature_map(), PoolKind.AVERAGE))


@converts("GlobalMaxPool")
def global_max_pool(context: NodeContext) -> SSAValue:
    return context.emit(GlobalPoolOp(context.feature_map(), PoolKind.MAX))


@converts("ReduceMean")
def reduce_mean(context: NodeContext) -> SSAValue:
    return _reduce_image(context, PoolKind.AVERAGE, since_opset=18)


@converts("ReduceMax")
def reduce_max(context: NodeContext) -> SSAValue:
    return _reduce_image(context, PoolKind.MAX, since_opset=18)


def _reduce_image(context: NodeContext, kind: PoolKind, since_opset: int) -> SSAValue:
    """A reduction over height and width of a feature map."""
    value = context.feature_map()
    axes = context.axes(1, since_opset)
    if axes is None or sorted(axis % 4 for axis in axes) != [2, 3]:
        found = "none" if axes is None else list(axes)
        raise Unsupported(f"expected the axes 2 and 3 (height, width), found {found}")
    result = context.emit(GlobalPoolOp(value, kind))
    if context.attribute("keepdims", 1):
        return result
    return context.emit(ReshapeOp(result, shape_of(result)[:2]))
