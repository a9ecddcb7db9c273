"""Feature maps of another height and width."""

import numpy as np
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import ResizeCoordinates, ResizeMode
from convopt.convdialect.ops.resize import ResizeOp
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.resizing import nearest_kind
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("_unsafe_index.Tensor", "index.Tensor")
def index(context: NodeContext) -> SSAValue:
    """Rows and columns by constant indices that copy the nearest: what upsampling becomes."""
    value, found = context.feature_map(), context.constants("indices")
    arrays = [array for array in found if array is not None]
    if [array is None for array in found] != [True, True, False, False]:
        raise Unsupported("expected indices of rows and columns")
    rows, columns = arrays
    if rows.shape != (rows.size, 1) or columns.shape != (columns.size,):
        raise Unsupported("expected indices of whole rows and whole columns")
    size = (rows.size, columns.size)
    height, width = shape_of(value)[2:]
    kind = nearest_kind([(height, size[0]), (width, size[1])], [rows[:, 0], columns])
    if kind is None:
        raise Unsupported("expected indices that copy the nearest elements")
    return context.emit(ResizeOp(value, size, ResizeMode.NEAREST, kind))


@converts("upsample_nearest2d", "upsample_nearest2d.vec")
def upsample_nearest(context: NodeContext) -> SSAValue:
    return _upsample(context, ResizeMode.NEAREST, ResizeCoordinates.ASYMMETRIC)


@converts("upsample_bilinear2d", "upsample_bilinear2d.vec")
def upsample_bilinear(context: NodeContext) -> SSAValue:
    is_aligned = bool(context.argument("align_corners"))
    kind = ResizeCoordinates.ALIGN_CORNERS if is_aligned else ResizeCoordinates.HALF_PIXEL
    return _upsample(context, ResizeMode.LINEAR, kind)


def _upsample(context: NodeContext, mode: ResizeMode, kind: ResizeCoordinates) -> SSAValue:
    """The scale is the output size over the input size; another one, which PyTorch keeps where it
    is given and makes no whole size, is Unsupported."""
    value = context.feature_map("self" if context.argument_or("self", None) else "input")
    height, width = context.result_shape()[2:]
    names = ("scale_factors", "scales_h", "scales_w")
    given = np.hstack([context.argument_or(name, None) or [] for name in names])
    sizes = np.array(shape_of(value)[2:])
    if given.size and not np.array_equal(given * sizes, (height, width)):
        raise Unsupported(f"expected scales that make whole sizes, found {given.tolist()}")
    return context.emit(ResizeOp(value, (height, width), mode, kind))
