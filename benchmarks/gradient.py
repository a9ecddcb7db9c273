"""A gradient of a layer's convolution, and the data it is measured with."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.layer import Array, Layer
from convopt.convdialect.reference import gradients
from convopt.convdialect.shapes import FLOAT_BYTES, Window


class Gradient(StrEnum):
    """With regard to what."""

    DATA = "data"
    """The input: backward-data."""
    WEIGHTS = "weights"
    """The filter: the weight gradient."""


@dataclass(frozen=True)
class GradientData:
    """A gradient with random numbers: `x` NCHW, `weights` OIHW, and `grad` NCHW, the gradient of
    the convolution's result."""

    layer: Layer
    gradient: Gradient
    x: Array
    weights: Array
    grad: Array

    @staticmethod
    def random(layer: Layer, gradient: Gradient, seed: int = 0) -> "GradientData":
        """Standard normal numbers."""
        rng = np.random.default_rng(seed)
        shapes = (layer.input_shape, layer.filter_shape, layer.output_shape)
        x, weights, grad = (rng.standard_normal(shape, np.float32) for shape in shapes)
        return GradientData(layer, gradient, x, weights, grad)

    @property
    def name(self) -> str:
        """Like `dw3 96->96 @56 s1, gradient of weights`."""
        return f"{self.layer.name}, gradient of {self.gradient}"

    @property
    def window(self) -> Window:
        """Of the convolution."""
        layer = self.layer
        return Window(
            (layer.kh, layer.kw),
            (layer.stride_h, layer.stride_w),
            layer.padding,
            (layer.dilation, layer.dilation),
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the result: the input's NCHW or the filter's OIHW."""
        is_data = self.gradient is Gradient.DATA
        return self.layer.input_shape if is_data else self.layer.filter_shape

    @property
    def stored_shape(self) -> tuple[int, int, int, int]:
        """The same as convopt has it: a filter's gradient is [1, O, I, KH * KW]."""
        layer = self.layer
        if self.gradient is Gradient.DATA:
            return layer.input_shape
        return (1, *layer.filter_shape[:2], layer.kh * layer.kw)

    @property
    def activations(self) -> tuple[Array, ...]:
        """The tensors that are read and change from call to call: all but the filter."""
        return (self.grad,) if self.gradient is Gradient.DATA else (self.x, self.grad)

    @cached_property
    def reference(self) -> npt.NDArray[np.float64]:
        """The result in float64."""
        layer, grad = self.layer, self.grad.astype(np.float64)
        if self.gradient is Gradient.DATA:
            weights, size = self.weights.astype(np.float64), (layer.hin, layer.win)
            return gradients.backward_data(grad, weights, size, self.window, layer.groups)
        x = self.x.astype(np.float64)
        return gradients.weight_gradient(x, grad, self.window, layer.groups)


def gradient_bytes(layer: Layer, gradient: Gradient) -> tuple[int, int]:
    """Read and written, where every tensor moves once: input, filter and result of the convolution,
    or their gradients."""
    image, filters, result = (
        FLOAT_BYTES * int(np.prod(shape))
        for shape in (layer.input_shape, layer.filter_shape, layer.output_shape)
    )
    if gradient is Gradient.DATA:
        return result + filters, image
    return image + result, filters
