"""A layer as MLIR for IREE: padding, then one of linalg's named convolutions onto the bias."""

from dataclasses import dataclass

import numpy as np

from convopt.benchmarks.layer import Array, Layer, LayerData

Shape = tuple[int, ...]


@dataclass(frozen=True)
class IreeLayer:
    """The text of a module with a function `main`, and how its argument lies."""

    text: str
    input_shape: Shape
    channels_last: bool

    def pack(self, x: Array) -> Array:
        """The argument of an NCHW array."""
        plain = x.transpose(0, 2, 3, 1) if self.channels_last else x.reshape(self.input_shape)
        return np.ascontiguousarray(plain)

    def unpack(self, y: Array) -> Array:
        """The elements of a result in the order NCHW."""
        return np.ascontiguousarray(y.transpose(0, 3, 1, 2)) if self.channels_last else y


def iree_layer(data: LayerData, channels_last: bool) -> IreeLayer:
    """The layer as a function of its input.

    The weights are constants in it. Dense and depthwise layers are NHWC or NCHW; linalg has grouped
    ones as NGCHW alone, the groups apart from their channels, which is NCHW in memory.
    """
    layer = data.layer
    if layer.groups == 1:
        return _dense(data, channels_last)
    if layer.groups == layer.cin == layer.cout:
        return _depthwise(data, channels_last)
    return _grouped(data)


def _dense(data: LayerData, channels_last: bool) -> IreeLayer:
    weights = data.weights.transpose(2, 3, 1, 0) if channels_last else data.weights
    name = "conv_2d_nhwc_hwcf" if channels_last else "conv_2d_nchw_fchw"
    return _convolution(data, name, weights, data.bias, *_images(data.layer, channels_last))


def _depthwise(data: LayerData, channels_last: bool) -> IreeLayer:
    plain = data.weights[:, 0]
    weights = plain.transpose(1, 2, 0) if channels_last else plain
    order = "nhwc_hwc" if channels_last else "nchw_chw"
    name = f"depthwise_conv_2d_{order}"
    return _convolution(data, name, weights, data.bias, *_images(data.layer, channels_last))


def _grouped(data: LayerData) -> IreeLayer:
    layer, groups = data.layer, data.layer.groups
    n, _, rows, columns = layer.output_shape
    return _convolution(
        data,
        "conv_2d_ngchw_gfchw",
        data.weights.reshape(groups, layer.cout // groups, *layer.filter_shape[1:]),
        data.bias.reshape(groups, -1),
        (n, groups, layer.cin // groups, layer.hin, layer.win),
        (n, groups, layer.cout // groups, rows, columns),
        (3, 4),
    )


def _images(layer: Layer, channels_last: bool) -> tuple[Shape, Shape, tuple[int, int]]:
    """Shapes of input and output, and which of their axes are height and width."""
    if not channels_last:
        return layer.input_shape, layer.output_shape, (2, 3)
    shapes = [(n, h, w, c) for n, c, h, w in (layer.input_shape, layer.output_shape)]
    return shapes[0], shapes[1], (1, 2)


def _convolution(
    data: LayerData,
    name: str,
    weights: Array,
    bias: Array,
    input_shape: Shape,
    output_shape: Shape,
    image_axes: tuple[int, int],
) -> IreeLayer:
    layer = data.layer
    low, high = [0] * len(input_shape), [0] * len(input_shape)
    for axis, before, after in zip(
        image_axes,
        (layer.pad_top, layer.pad_left),
        (layer.pad_bottom, layer.pad_right),
        strict=True,
    ):
        low[axis], high[axis] = before, after
    padded_shape = tuple(map(sum, zip(input_shape, low, high, strict=True)))
    channels_last = image_axes == (1, 2)
    broadcast = [0, 1, 2] if channels_last else [0, *image_axes]
    x, padded, y = map(_tensor, (input_shape, padded_shape, output_shape))
    w, b = _tensor(weights.shape), _tensor(bias.shape)
    indices = ", ".join(f"%i{axis}: index" for axis in range(len(input_shape)))
    attributes = (
        f"dilations = dense<{layer.dilation}> : tensor<2xi64>, "
        f"strides = dense<[{layer.stride_h}, {layer.stride_w}]> : tensor<2xi64>"
    )
    text = f"""
func.func @main(%x: {x}) -> {y} {{
  %weights = arith.constant {_constant(weights)} : {w}
  %bias = arith.constant {_constant(bias)} : {b}
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low{low} high{high} {{
  ^bb0({indices}):
    tensor.yield %zero : f32
  }} : {x} to {padded}
  %empty = tensor.empty() : {y}
  %start = linalg.broadcast ins(%bias : {b}) outs(%empty : {y}) dimensions = {broadcast}
  %y = linalg.{name} {{{attributes}}}
      ins(%padded, %weights : {padded}, {w}) outs(%start : {y}) -> {y}
  return %y : {y}
}}
"""
    return IreeLayer(text, input_shape, channels_last)


def _tensor(shape: Shape) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf32>"


def _constant(array: Array) -> str:
    return f'dense<"0x{np.ascontiguousarray(array, "<f4").tobytes().hex()}">'
