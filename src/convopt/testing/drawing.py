"""Hypothesis strategies for convolutions."""

from hypothesis import assume
from hypothesis import strategies as st

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.shapes import Window
from convopt.testing.convolutions import ACTIVATIONS, ConvolutionCase

KERNELS = [(1, 1), (3, 3), (5, 5), (7, 7), (11, 11), (1, 3), (5, 1), (2, 4), (11, 2)]


@st.composite
def groupings(draw: st.DrawFn) -> tuple[int, int, int]:
    """(groups, input channels a group, output channels a group)."""
    kind = draw(st.sampled_from(["depthwise", "multiplier", "grouped", "uneven", "dense"]))
    if kind == "depthwise":
        return draw(st.integers(1, 40)), 1, 1
    if kind == "multiplier":
        return draw(st.integers(1, 20)), 1, draw(st.integers(2, 4))
    if kind == "grouped":
        channels = draw(st.sampled_from([2, 3, 4, 5, 8, 16, 32]))
        return draw(st.integers(2, 9)), channels, channels
    if kind == "uneven":
        return draw(st.integers(2, 9)), draw(st.integers(1, 17)), draw(st.integers(1, 17))
    return 1, draw(st.integers(1, 40)), draw(st.integers(1, 50))


@st.composite
def cases(draw: st.DrawFn, most_pixels: int = 18) -> ConvolutionCase:
    """Convolutions of every kind; `most_pixels` bounds height and width."""
    groups, inputs, outputs = draw(groupings())
    window = Window(
        draw(st.sampled_from(KERNELS)),
        (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        tuple(draw(st.tuples(*[st.integers(0, 5)] * 4))),
        (draw(st.integers(1, 3)), draw(st.integers(1, 3))),
    )
    size = (draw(st.integers(1, most_pixels)), draw(st.integers(1, most_pixels)))
    try:
        window.output_size(*size)
    except ConvoptError:
        assume(False)
    return ConvolutionCase(
        draw(st.integers(1, 3)),
        groups,
        inputs,
        outputs,
        size,
        window,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(sorted(ACTIVATIONS))),
        residual=draw(st.booleans()),
    )
