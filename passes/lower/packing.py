"""Weights and constants in the physical form that kernels read: pure functions on arrays.

They move elements of any type and add zeros, so that a parameter's packed form is known from what
they make of its elements' numbers.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.passes.geometry.input_channels import InputChannels

Array = npt.NDArray[Any]


def pack_channels(values: Array, lanes: int) -> Array:
    """[C] -> [C/lanes rounded up, lanes], zeros in the tail."""
    padded = np.zeros(-(-values.size // lanes) * lanes, values.dtype)
    padded[: values.size] = values.reshape(-1)
    return padded.reshape(-1, lanes)


def pack_blocked(values: Array, lanes: int) -> Array:
    """[N, C, H, W] -> [N, C/lanes rounded up, H, W, lanes], zeros in the tail."""
    n, c, h, w = values.shape
    blocks = -(-c // lanes)
    padded = np.zeros((n, blocks * lanes, h, w), values.dtype)
    padded[:, :c] = values
    return np.ascontiguousarray(padded.reshape(n, blocks, lanes, h, w).transpose(0, 1, 3, 4, 2))


def pack_rotate(filters: Array, lanes: int) -> Array:
    """[C, c, KH, KW] (c channels a group) -> [C/lanes, c passes * KH * KW, lanes].

    In pass k = 1 ... c, the lane of input channel i holds the weight from i to output
    (i + k) mod c of its group.
    """
    channels, group_channels, kh, kw = filters.shape
    blocks = -(-channels // lanes)
    inside = np.arange(channels) % group_channels
    base = np.arange(channels) - inside
    packed = np.zeros((group_channels, blocks * lanes, kh * kw), filters.dtype)
    for number in range(group_channels):
        outputs = base + (inside + number + 1) % group_channels
        packed[number, :channels] = filters[outputs, inside].reshape(channels, -1)
    by_block = packed.reshape(group_channels, blocks, lanes, kh * kw).transpose(1, 0, 3, 2)
    return np.ascontiguousarray(by_block).reshape(blocks, group_channels * kh * kw, lanes)


def pack_pairs(filters: Array, lanes: int) -> Array:
    """[O, I, 1, 1] -> [I/2 rounded up, O/(lanes/2) rounded up, lanes].

    Lanes 2j and 2j + 1 hold the weights of an output channel from an even and an odd input channel.
    """
    outputs, inputs = filters.shape[:2]
    half = lanes // 2
    padded = np.zeros((-(-outputs // half) * half, inputs + inputs % 2), filters.dtype)
    padded[:outputs, :inputs] = filters.reshape(outputs, inputs)
    split = padded.reshape(-1, half, padded.shape[1] // 2, 2)
    return np.ascontiguousarray(split.transpose(2, 0, 1, 3)).reshape(len(split[0][0]), -1, lanes)


def pack_broadcast(filters: Array, channels: InputChannels, vectors: int, lanes: int) -> Array:
    """[O, I, KH, KW] -> [O/(vectors*lanes), KH, channels, KW * vectors, lanes].

    The third axis runs over the input channels that the block of outputs reads
    (`InputChannels`); weights between different groups are zero.
    """
    outputs, group_inputs, kh, kw = filters.shape
    block_outputs = vectors * lanes
    blocks = -(-outputs // block_outputs)
    dense = np.zeros((blocks * block_outputs, channels.count, kh, kw), filters.dtype)
    index = np.arange(outputs)
    first_of_block = np.array([channels.first(block) for block in range(blocks)])
    first = index // channels.group_outputs * group_inputs - first_of_block[index // block_outputs]
    dense[index[:, None], first[:, None] + np.arange(group_inputs)] = filters
    split = dense.reshape(blocks, vectors, lanes, channels.count, kh, kw)
    ordered = np.ascontiguousarray(split.transpose(0, 4, 3, 5, 1, 2))
    return ordered.reshape(blocks, kh, channels.count, kw * vectors, lanes)
