"""Pooling over windows, over whole feature maps, and the mean over height and width."""

from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.convdialect.shapes import Window
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import pool
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("max_pool2d_with_indices", "max_pool2d")
def max_pool(context: NodeContext) -> SSAValue:
    return _pool(context, PoolKind.MAX, context.pair("dilation"), count_include_pad=False)


@converts("avg_pool2d")
def average_pool(context: NodeContext) -> SSAValue:
    if context.argument("divisor_override") is not None:
        raise Unsupported("expected no divisor_override, found one")
    include = bool(context.argument("count_include_pad"))
    return _pool(context, PoolKind.AVERAGE, (1, 1), count_include_pad=include)


def _pool(
    context: NodeContext, kind: PoolKind, dilation: tuple[int, int], *, count_include_pad: bool
) -> SSAValue:
    rows, columns = context.pair("padding")
    kernel = context.pair("kernel_size")
    stride = context.pair("stride") if context.argument("stride") else kernel
    return pool(
        context,
        context.feature_map(),
        kind,
        Window(kernel, stride, (rows, columns, rows, columns), dilation),
        ceil_mode=bool(context.argument("ceil_mode")),
        count_include_pad=count_include_pad,
    )


@converts("_adaptive_avg_pool2d", "adaptive_avg_pool2d")
def adaptive_average_pool(context: NodeContext) -> SSAValue:
    """To 1x1, or to sizes that divide those of the input."""
    value, wanted = context.feature_map(), context.pair("output_size")
    return _adaptive(context, value, PoolKind.AVERAGE, wanted)


@converts("adaptive_max_pool2d")
def adaptive_max_pool(context: NodeContext) -> SSAValue:
    value, wanted = context.feature_map(), context.pair("output_size")
    return _adaptive(context, value, PoolKind.MAX, wanted)


def _adaptive(
    context: NodeContext, value: SSAValue, kind: PoolKind, wanted: tuple[int, int]
) -> SSAValue:
    if wanted == (1, 1):
        return context.emit(GlobalPoolOp(value, kind))
    height, width = shape_of(value)[2:]
    rows, columns = wanted
    if height % rows or width % columns:
        raise Unsupported(f"expected sizes that divide {height}x{width}, found {rows}x{columns}")
    window = (height // rows, width // columns)
    return pool(
        context, value, kind, Window(window, window), ceil_mode=False, count_include_pad=False
    )


@converts("mean.dim")
def mean(context: NodeContext) -> SSAValue:
    return _reduce_image(context, PoolKind.AVERAGE)


@converts("amax")
def maximum(context: NodeContext) -> SSAValue:
    return _reduce_image(context, PoolKind.MAX)


def _reduce_image(context: NodeContext, kind: PoolKind) -> SSAValue:
    """A reduction over height and width of a feature map."""
    if context.argument_or("dtype", None) is not None:
        raise Unsupported("expected a reduction in the input's own type")
    value, axes = context.feature_map(), context.argument("dim")
    if axes is None or sorted(axis % 4 for axis in axes) != [2, 3]:
        found = "none" if axes is None else list(axes)
        raise Unsupported(f"expected the axes 2 and 3 (height, width), found {found}")
    result = context.emit(GlobalPoolOp(value, kind))
    if context.argument("keepdim"):
        return result
    return context.emit(ReshapeOp(result, shape_of(result)[:2]))
