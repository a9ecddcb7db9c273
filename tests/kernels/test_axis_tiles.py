"""Cutting an axis into tiles: every output once, and exactly the taps that read real inputs."""

from hypothesis import assume, given
from hypothesis import strategies as st

from convopt.passes.geometry.axis_tiles import Axis, TileClass, balanced_sizes, tile_axis


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    inputs = draw(st.integers(1, 40))
    kernel = draw(st.integers(1, 11))
    stride = draw(st.integers(1, 4))
    dilation = draw(st.integers(1, 4))
    before, after = draw(st.integers(0, 12)), draw(st.integers(0, 12))
    room = inputs + before + after - (kernel - 1) * dilation - 1
    assume(room >= 0)
    return Axis(inputs, room // stride + 1, kernel, stride, before, dilation)


@given(axes(), st.integers(1, 16))
def test_tiles_cover_every_output_once_with_its_valid_taps(axis: Axis, tile: int) -> None:
    seen: list[tuple[bool, ...]] = []
    for each in tile_axis(axis, tile):
        assert each.start == len(seen)
        assert 1 <= each.size <= tile
        seen += list(each.valid) * each.count
    expected = [
        tuple(0 <= o * axis.stride + k * axis.dilation - axis.pad < axis.inputs
              for k in range(axis.kernel))
        for o in range(axis.outputs)
    ]  # fmt: skip
    assert seen == expected


@given(st.integers(1, 300), st.integers(1, 20))
def test_balanced_sizes_differ_by_at_most_one(outputs: int, tile: int) -> None:
    sizes = balanced_sizes(outputs, tile)
    assert sum(size * count for size, count in sizes) == outputs
    assert max(sizes)[0] - min(sizes)[0] <= 1


def test_middle_tiles_share_one_class() -> None:
    classes = tile_axis(Axis(28, 28, 3, pad=1), 7)
    assert [(c.start, c.size, c.count) for c in classes] == [(0, 7, 1), (7, 7, 2), (21, 7, 1)]
    assert isinstance(classes[0], TileClass)
    assert classes[0].valid[0] == (False, True, True)
    assert classes[2].valid[-1] == (True, True, False)
