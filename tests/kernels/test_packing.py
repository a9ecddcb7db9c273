"""Packed weights against the definition, element by element."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.lower.packing import (
    pack_blocked,
    pack_broadcast,
    pack_channels,
    pack_rotate,
)


def test_channels_are_padded_with_zeros() -> None:
    packed = pack_channels(np.arange(1, 6, dtype=np.float32), 4)
    assert packed.tolist() == [[1, 2, 3, 4], [5, 0, 0, 0]]


def test_blocked_layout() -> None:
    x = np.arange(2 * 6 * 2 * 3, dtype=np.float32).reshape(2, 6, 2, 3)
    packed = pack_blocked(x, 4)
    assert packed.shape == (2, 2, 2, 3, 4)
    assert packed[1, 1, 1, 2].tolist() == [x[1, 4, 1, 2], x[1, 5, 1, 2], 0, 0]


@pytest.mark.parametrize("group", [1, 2, 4])
def test_rotate_pass_holds_the_weight_to_the_rotated_output(group: int) -> None:
    rng = np.random.default_rng(0)
    filters = rng.standard_normal((12, group, 3, 2)).astype(np.float32)
    packed = pack_rotate(filters, 8).reshape(2, group, 6, 8)
    for channel in range(12):
        first, i = channel - channel % group, channel % group
        for k in range(group):
            expected = filters[first + (i + k + 1) % group, i].reshape(-1)
            assert np.array_equal(packed[channel // 8, k, :, channel % 8], expected)
    assert not packed[1, :, :, 4:].any()


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 7), st.integers(1, 3))
def test_broadcast_weights_are_zero_between_groups(
    groups: int, group_inputs: int, group_outputs: int, vectors: int
) -> None:
    lanes = 4
    outputs, inputs = groups * group_outputs, groups * group_inputs
    rng = np.random.default_rng(1)
    filters = rng.standard_normal((outputs, group_inputs, 2, 3)).astype(np.float32)
    channels = InputChannels.of(inputs, outputs, groups, vectors * lanes)
    packed = pack_broadcast(filters, channels, vectors, lanes)
    blocks = -(-outputs // (vectors * lanes))
    assert packed.shape == (blocks, 2, channels.count, 3 * vectors, lanes)
    for block in range(blocks):
        first = channels.first(block)
        assert first >= 0
        assert first + channels.count <= inputs
        for v in range(vectors):
            for lane in range(lanes):
                got = packed[block].reshape(2, channels.count, 3, vectors, lanes)[:, :, :, v, lane]
                output = (block * vectors + v) * lanes + lane
                expected = np.zeros((2, channels.count, 3), np.float32)
                if output < outputs:
                    start = output // group_outputs * group_inputs - first
                    chosen = filters[output].transpose(1, 0, 2)
                    expected[:, start : start + group_inputs] = chosen
                assert np.array_equal(got, expected)
