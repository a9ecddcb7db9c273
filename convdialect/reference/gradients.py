"""The gradients of a convolution, in NumPy on logical (NCHW, OIHW) arrays.

Both go through the kernel's positions as the convolution does: each is a product of matrices on the
pixels that the position meets.
"""

from collections.abc import Sequence

import numpy as np

from convopt.convdialect.reference.kernels import Array, pad, taps
from convopt.convdialect.shapes import Pair, Window


def backward_data(
    grad: Array, filters: Array, size: Sequence[int], window: Window, groups: int
) -> Array:
    """With regard to the input, [N, C, *size]; grad is [N, O, OH, OW], filters [O, I, KH, KW]."""
    batch, outputs = grad.shape[:2]
    per_group = filters.shape[1]
    kernels = filters.reshape(groups, outputs // groups, per_group, *window.kernel)
    by_group = grad.reshape(batch, groups, outputs // groups, -1)
    padded = pad(np.zeros((batch, groups * per_group, *size), grad.dtype), window.padding)
    for row, column, tap in taps(padded, window):
        kernel = kernels[:, :, :, row, column].transpose(0, 2, 1)
        tap += (kernel @ by_group).reshape(tap.shape)
    top, left, _, _ = window.padding
    return padded[:, :, top : top + size[0], left : left + size[1]]


def weight_gradient(x: Array, grad: Array, window: Window, groups: int) -> Array:
    """With regard to the filter, [O, I, KH, KW]; x is [N, C, H, W], grad [N, O, OH, OW]."""
    batch, outputs = grad.shape[:2]
    per_group = x.shape[1] // groups
    by_group = grad.reshape(batch, groups, outputs // groups, -1)
    result = np.zeros((groups, outputs // groups, per_group, *window.kernel), grad.dtype)
    for row, column, tap in taps(pad(x, window.padding), window):
        pixels = tap.reshape(batch, groups, per_group, -1).transpose(0, 1, 3, 2)
        result[:, :, :, row, column] = (by_group @ pixels).sum(axis=0)
    return result.reshape(outputs, per_group, *window.kernel)


def dilate(x: Array, size: Sequence[int], stride: Pair, before: Pair) -> Array:
    """Pixel i of [N, C, H, W] at `before` + i * `stride` of [N, C, *size], zeros elsewhere."""
    result = np.zeros((*x.shape[:2], *size), x.dtype)
    rows, columns = (
        [(i, before[axis] + i * stride[axis]) for i in range(x.shape[2 + axis])] for axis in (0, 1)
    )
    for row, to_row in rows:
        for column, to_column in columns:
            if 0 <= to_row < size[0] and 0 <= to_column < size[1]:
                result[:, :, to_row, to_column] = x[:, :, row, column]
    return result


def transpose_filter(filters: Array, groups: int) -> Array:
    """[O, I, KH, KW] -> [groups * I, O / groups, KH, KW], rows and columns reversed."""
    outputs, inputs, *kernel = filters.shape
    by_group = filters.reshape(groups, outputs // groups, inputs, *kernel).swapaxes(1, 2)
    return by_group[..., ::-1, ::-1].reshape(groups * inputs, outputs // groups, *kernel)
