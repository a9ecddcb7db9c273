"""Layers as operations of the dialect."""

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.pooling import PoolOp
from convopt.convdialect.ops.structure import ReshapeOp, TransposeOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.convdialect.shapes import Window
from convopt.frontends.building.channels_last import CHANNELS_LAST, feature_map_of_rows
from convopt.frontends.building.function import Array, Unsupported, shape_of
from convopt.frontends.building.node import NodeBuilder

POINTWISE = Window((1, 1))


def convolution(
    node: NodeBuilder,
    value: SSAValue,
    weights: SSAValue,
    bias: SSAValue | None,
    window: Window = POINTWISE,
    groups: int = 1,
) -> SSAValue:
    """A convolution of `value` [N, C, H, W]; the bias [O] is its epilogue."""
    return node.emit(
        Conv2DOp(
            value,
            weights,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=groups,
            extras=[] if bias is None else [bias],
            epilogue=None if bias is None else build_region(2, _add_bias),
        )
    )


def fully_connected(
    node: NodeBuilder,
    value: SSAValue,
    weights: tuple[str, Array],
    bias: tuple[str, Array] | None,
) -> SSAValue:
    """[..., K] with weights [N, K] and bias [N] to [..., N]: a 1x1 convolution.

    It is one of the image whose pixels are the rows, if there is one, else of 1x1 images. Weights
    and bias are constants with the names of the tensors that they are made from.
    """
    name, array = weights
    if str(array.dtype) != "float32":
        raise Unsupported(f"expected float32 weights, found {array.dtype}")
    shape = shape_of(value)
    if len(shape) < 2:
        raise Unsupported(f"expected a left-hand side of rank 2 or more, found {len(shape)}")
    result_shape = (*shape[:-1], array.shape[0])
    filters = node.named_constant(array[:, :, np.newaxis, np.newaxis], name)
    addend = None if bias is None else node.named_constant(bias[1], bias[0])
    image = feature_map_of_rows(value)
    if image is None:
        pixels = node.emit(ReshapeOp(value, (prod(shape[:-1]), shape[-1], 1, 1)))
        result = convolution(node, pixels, filters, addend)
    else:
        result = channels_last(node, convolution(node, image, filters, addend))
    same = shape_of(result) == result_shape
    return result if same else node.emit(ReshapeOp(result, result_shape))


def transposed(node: NodeBuilder, value: SSAValue, permutation: Sequence[int]) -> SSAValue:
    """Axis i of the result is axis permutation[i] of the value; two in a row become one or none."""
    axes = tuple(permutation)
    if isinstance(value.owner, TransposeOp):
        axes = tuple(value.owner.permutation.get_values()[axis] for axis in axes)
        value = value.owner.input
    return value if axes == tuple(range(len(axes))) else node.emit(TransposeOp(value, axes))


def channels_last(node: NodeBuilder, value: SSAValue) -> SSAValue:
    """[N, C, H, W] as [N, H, W, C]"""
    return transposed(node, value, CHANNELS_LAST)


def pool(
    node: NodeBuilder,
    value: SSAValue,
    kind: PoolKind,
    window: Window,
    *,
    ceil_mode: bool,
    count_include_pad: bool,
) -> SSAValue:
    """Pooling of `value` [N, C, H, W], whose sizes are rounded up with `ceil_mode`."""
    if ceil_mode:
        rounded = _rounded_up(window, shape_of(value)[2:])
        if count_include_pad and rounded != window:
            # What rounding adds must not count, but the model's own padding must.
            if any(window.padding):
                raise Unsupported("expected ceil_mode or count_include_pad with pads, found both")
            count_include_pad = False
        window = rounded
    return node.emit(
        PoolOp(
            value,
            kind,
            window.kernel,
            window.stride,
            window.padding,
            window.dilation,
            count_include_pad,
        )
    )


def _rounded_up(window: Window, size: Sequence[int]) -> Window:
    """The window with padding added at the bottom and right for output sizes that are rounded up.

    As in onnxruntime and PyTorch, a window that would start in the padding after the input is left
    out.
    """
    ends = []
    for axis, length in enumerate(size):
        begin, end = window.padding[axis], window.padding[axis + 2]
        stride, extent = window.stride[axis], window.extent[axis]
        steps = -(-(length + begin + end - extent) // stride)
        if steps * stride >= length + begin:
            steps -= 1
        ends.append(max(end, steps * stride + extent - length - begin))
    top, left = window.padding[:2]
    return Window(window.kernel, window.stride, (top, left, ends[0], ends[1]), window.dilation)


def _add_bias(arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
    """The epilogue (accumulator, bias) -> accumulator + bias."""
    accumulator, bias = arguments
    return b.add(accumulator, bias)
