"""Rows that stages make band by band, against a simulation that remembers every row."""

from hypothesis import assume, given
from hypothesis import strategies as st

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.bands import bands_from, divides_bands, ring_rows


@st.composite
def chains(draw: st.DrawFn) -> tuple[Axis, ...]:
    """Rows of two to four stages."""
    inputs = draw(st.integers(1, 40))
    axes: list[Axis] = []
    for _ in range(draw(st.integers(2, 4))):
        kernel = draw(st.integers(1, 5))
        stride = draw(st.integers(1, kernel))
        before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        dilation = draw(st.integers(1, 2))
        reach = (kernel - 1) * dilation + 1
        outputs = (inputs + before + after - reach) // stride + 1
        assume(inputs + before + after >= reach)
        axes.append(Axis(inputs, outputs, kernel, stride, before, dilation))
        inputs = outputs
    return tuple(axes)


@given(chains(), st.data())
def test_every_row_that_is_read_is_there(axes: tuple[Axis, ...], data: st.DataObject) -> None:
    """A ring holds the last rows made; each row of the last stage is made once."""
    outputs = axes[-1].outputs
    band = data.draw(st.integers(1, outputs))
    first = data.draw(st.integers(0, -(-outputs // band) - 1))
    rings: list[dict[int, int]] = [{} for _ in axes]
    sizes = (*ring_rows(axes, band), outputs)
    made: list[int] = []
    for stages in bands_from(axes, band, first):
        for number, (axis, rows) in enumerate(zip(axes, stages, strict=True)):
            for row in range(rows.start, rows.stop):
                wanted = [axis.input_of(row, tap) for tap in range(axis.kernel)]
                inside = [each for each in wanted if 0 <= each < axis.inputs]
                if number:
                    ring = rings[number - 1]
                    assert all(ring[each % sizes[number - 1]] == each for each in inside)
            for row in range(rows.start, rows.stop):
                rings[number][row % sizes[number]] = row
        made += range(stages[-1].start, stages[-1].stop)
    assert made == list(range(first * band, outputs))


@given(chains(), st.data())
def test_tiles_that_divide_start_and_end_with_every_band(
    axes: tuple[Axis, ...], data: st.DataObject
) -> None:
    band = data.draw(st.integers(1, axes[-1].outputs))
    stage, rows = data.draw(st.integers(0, len(axes) - 1)), data.draw(st.integers(1, 3))
    assume(divides_bands(axes, band, stage, rows))
    for first in range(-(-axes[-1].outputs // band)):
        for stages in bands_from(axes, band, first):
            assert stages[stage].start % rows == 0
            assert stages[stage].stop % rows == 0


def test_threads_that_begin_at_the_third_band_count() -> None:
    axes = (Axis(32, 12, kernel=3, stride=3, pad=2), Axis(12, 7, kernel=5, pad=1, dilation=2))
    starts = [next(bands_from(axes, 3, first))[0].start for first in (1, 2)]
    assert [start % 2 for start in starts] == [0, 1]
    assert not divides_bands(axes, 3, 0, 2)
