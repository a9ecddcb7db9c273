"""What the conv operations compute, in NumPy on logical (NCHW) arrays of any float dtype.

Convolutions, maxima and what only moves elements work on integers too.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.convdialect.attributes import PoolKind, ResizeCoordinates, ResizeMode
from convopt.convdialect.resampling import linear_sources, nearest_sources
from convopt.convdialect.shapes import Padding, Window

Array = npt.NDArray[Any]


def pad(x: Array, padding: Padding, value: float = 0.0) -> Array:
    """Surrounds the last two axes with `value`; padding is (top, left, bottom, right)."""
    top, left, bottom, right = padding
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def taps(padded: Array, window: Window) -> Iterator[tuple[int, int, Array]]:
    """For each kernel position the inputs it meets: (kernel row, kernel column, [N, C, OH, OW])."""
    rows, columns = Window(window.kernel, window.stride, dilation=window.dilation).output_size(
        *padded.shape[2:]
    )
    for row, column in product(range(window.kernel[0]), range(window.kernel[1])):
        top, left = row * window.dilation[0], column * window.dilation[1]
        yield (
            row,
            column,
            padded[
                :,
                :,
                top : top + (rows - 1) * window.stride[0] + 1 : window.stride[0],
                left : left + (columns - 1) * window.stride[1] + 1 : window.stride[1],
            ],
        )


def convolution(x: Array, weights: Array, window: Window, groups: int) -> Array:
    """Grouped convolution of x [N, C, H, W] with weights [O, C / groups, KH, KW]."""
    outputs, per_group = weights.shape[:2]
    kernels = weights.reshape(groups, outputs // groups, per_group, *window.kernel)
    result: Array | None = None
    for row, column, tap in taps(pad(x, window.padding), window):
        batch, _, height, width = tap.shape
        pixels = tap.reshape(batch, groups, per_group, height * width)
        kernel = kernels[:, :, :, row, column]
        term = kernel * pixels if per_group == 1 else kernel @ pixels
        result = term if result is None else np.add(result, term, out=result)
    assert result is not None, "a kernel has at least one position"
    return result.reshape(batch, outputs, height, width)


def pool(x: Array, kind: PoolKind, window: Window, count_include_pad: bool) -> Array:
    """Maximum or average over windows; padding is left out unless `count_include_pad`."""
    if kind == PoolKind.MAX:
        met = [tap for _, _, tap in taps(pad(x, window.padding, _least(x.dtype)), window)]
        return np.asarray(np.fmax.reduce(met))
    total = _window_sum(x, window)
    if count_include_pad:
        return total / (window.kernel[0] * window.kernel[1])
    return total / _window_sum(np.ones((1, 1, *x.shape[2:]), dtype=x.dtype), window)


def _least(dtype: np.dtype[Any]) -> float:
    """A number that is never the maximum of several."""
    return float(np.iinfo(dtype).min) if np.issubdtype(dtype, np.integer) else -np.inf


def _window_sum(x: Array, window: Window) -> Array:
    met = [tap for _, _, tap in taps(pad(x, window.padding), window)]
    return np.asarray(np.add.reduce(met))


def global_pool(x: Array, kind: PoolKind) -> Array:
    """[N, C, H, W] to [N, C, 1, 1]."""
    if kind == PoolKind.MAX:
        return np.asarray(np.fmax.reduce(x, axis=(2, 3), keepdims=True))
    return np.asarray(x.mean(axis=(2, 3), keepdims=True))


def batch_norm(
    x: Array, scale: Array, shift: Array, mean: Array, variance: Array, epsilon: float
) -> Array:
    """Normalises each channel (axis 1) with given statistics."""
    channel = (-1, *(1,) * (x.ndim - 2))
    factor = scale / np.sqrt(variance + epsilon)
    return np.asarray(
        (x - mean.reshape(channel)) * factor.reshape(channel) + shift.reshape(channel)
    )


def softmax(x: Array, axis: int) -> Array:
    """exp(x) over its sum along one axis, shifted by the maximum so that nothing overflows."""
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=axis, keepdims=True))


def channel_shuffle(x: Array, groups: int) -> Array:
    """Channel j * groups + g of the result is channel g * (C / groups) + j of x."""
    batch, channels, height, width = x.shape
    split = x.reshape(batch, groups, channels // groups, height, width)
    return split.swapaxes(1, 2).reshape(x.shape)


def resize(
    x: Array, size: tuple[int, int], mode: ResizeMode, coordinates: ResizeCoordinates
) -> Array:
    """Resamples the last two axes to `size`."""
    for axis, output_size in zip((2, 3), size, strict=True):
        x = _resize_axis(x, axis, output_size, mode, coordinates)
    return x


def _resize_axis(
    x: Array, axis: int, output_size: int, mode: ResizeMode, coordinates: ResizeCoordinates
) -> Array:
    input_size = x.shape[axis]
    if mode == ResizeMode.NEAREST:
        return x.take(nearest_sources(input_size, output_size, coordinates), axis=axis)
    low, high, weights = zip(*linear_sources(input_size, output_size, coordinates), strict=True)
    shape = [1] * x.ndim
    shape[axis] = output_size
    weight = np.asarray(weights, dtype=x.dtype).reshape(shape)
    return np.asarray(x.take(low, axis=axis) * (1 - weight) + x.take(high, axis=axis) * weight)
