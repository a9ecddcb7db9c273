"""Shape arithmetic, layouts and attributes."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import NoneAttr, TensorType, f32
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, blocked, float_tensor, physical_shape, plain
from convopt.convdialect.schedules import BandAttr, BlockAttr, TileAttr, TileScheme
from convopt.convdialect.shapes import Window, broadcast_shapes, ceil_div, conv_macs

SIZES = st.integers(1, 9)


def taps_of(window: Window, axis: int, index: int) -> list[int]:
    start = index * window.stride[axis] - window.padding[axis]
    return [start + tap * window.dilation[axis] for tap in range(window.kernel[axis])]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    padding = st.tuples(*[st.integers(0, 4)] * 4)
    return Window(draw(pair), draw(pair), draw(padding), draw(pair))


@settings(deadline=None)
@given(windows(), SIZES, SIZES)
def test_output_size_counts_the_positions_that_fit(window: Window, height: int, width: int) -> None:
    ends = (height + window.padding[2], width + window.padding[3])
    counts = [
        sum(taps_of(window, axis, index)[-1] < ends[axis] for index in range(height + width + 10))
        for axis in (0, 1)
    ]
    if 0 in counts:
        with pytest.raises(ConvoptError, match="expected a padded input"):
            window.output_size(height, width)
    else:
        assert list(window.output_size(height, width)) == counts


@settings(deadline=None)
@given(windows(), SIZES, SIZES)
def test_first_empty_position_is_the_first_window_of_padding(
    window: Window, height: int, width: int
) -> None:
    try:
        outputs = window.output_size(height, width)
    except ConvoptError:
        assume(False)
    empty = [
        (("height", "width")[axis], index)
        for axis, size in ((0, height), (1, width))
        for index in range(outputs[axis])
        if not any(0 <= tap < size for tap in taps_of(window, axis, index))
    ]
    assert window.first_empty_position(height, width) == (empty[0] if empty else None)


def test_extent_spans_the_dilated_kernel() -> None:
    assert Window((3, 5), dilation=(2, 1)).extent == (5, 5)


def test_ceil_div_rounds_up() -> None:
    for dividend, divisor in product(range(-7, 8), (1, 2, 3)):
        assert (ceil_div(dividend, divisor) - 1) * divisor < dividend
        assert ceil_div(dividend, divisor) * divisor >= dividend


def test_conv_macs() -> None:
    assert conv_macs((2, 8, 5, 4), (8, 3, 3, 1)) == 2 * 8 * 5 * 4 * 3 * 3


def test_broadcast_shapes() -> None:
    assert broadcast_shapes([(2, 1, 4), (3, 1), ()]) == (2, 3, 4)
    assert broadcast_shapes([(5,)]) == (5,)
    with pytest.raises(ConvoptError, match=r"found \(2, 3\) and \(2,\)"):
        broadcast_shapes([(2, 3), (2,)])


def test_blocked_layout_and_back() -> None:
    tensor = float_tensor((2, 20, 5, 7))
    sixteen = blocked(tensor, 16)
    assert block_of(tensor) == 1
    assert block_of(sixteen) == 16
    assert sixteen.get_shape() == tensor.get_shape()
    assert physical_shape(tensor) == (2, 20, 5, 7)
    assert physical_shape(sixteen) == (2, 2, 5, 7, 16)
    assert plain(sixteen) == tensor
    assert blocked(sixteen, 1) == tensor
    assert isinstance(plain(tensor).encoding, NoneAttr)


def test_explicit_nchw_is_plain() -> None:
    tensor = TensorType(f32, (1, 3, 2, 2), LayoutAttr(LayoutKind.NCHW))
    assert block_of(tensor) == 1
    assert physical_shape(tensor) == (1, 3, 2, 2)
    assert plain(tensor) == float_tensor((1, 3, 2, 2))


def test_attributes_give_their_values() -> None:
    tile = TileAttr(TileScheme.BROADCAST, columns=12, vectors=2)
    assert tile.scheme == TileScheme.BROADCAST
    assert (tile.rows.data, tile.columns.data, tile.vectors.data) == (1, 12, 2)
    assert str(tile) == "#conv.tile<broadcast, columns = 12, vectors = 2>"
    assert str(TileAttr(TileScheme.ROTATE)) == "#conv.tile<rotate>"
    assert str(BandAttr(3)) == "#conv.band<rows = 3>"
    assert str(BlockAttr(64, 6, 7)) == "#conv.block<filters = 64, rows = 6, columns = 7>"
    assert str(LayoutAttr(LayoutKind.NCHWC, 4)) == "#conv.layout<nchwc, 4>"
    assert LayoutAttr(LayoutKind.NCHWC, 4).kind == LayoutKind.NCHWC


def test_attributes_check_their_values() -> None:
    with pytest.raises(VerifyException, match="expected 'rows' of at least 1, found 0"):
        TileAttr(TileScheme.ROTATE, rows=0)
    with pytest.raises(VerifyException, match="expected 'rows' of at least 1, found 0"):
        BandAttr(0)
    with pytest.raises(VerifyException, match="channel block of at least 2, found 1"):
        LayoutAttr(LayoutKind.NCHWC)
