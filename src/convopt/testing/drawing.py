"""Hypothesis strategies for convolutions, and for schedules of one."""

from hypothesis import assume
from hypothesis import strategies as st

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.passes.geometry.asking import loops_over_vectors
from convopt.passes.geometry.schemes import axes_of, is_collapsible
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.plan.candidates import schedules
from convopt.testing.convolutions import ACTIVATIONS, ConvolutionCase

KERNELS = [(1, 1), (3, 3), (5, 5), (7, 7), (11, 11), (1, 3), (5, 1), (2, 4), (11, 2)]
MOST_FMAS = 250
"""Of one row of a drawn tile: larger ones compile slowly."""


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
        scaled=draw(st.booleans()),
    )


def possible_schemes(op: ConvolutionOp, target: CpuTarget) -> list[TileScheme]:
    """The schemes that can do a convolution at all, well or badly."""
    inputs = op.filter_type.get_shape()[1]
    fills_vectors = op.multiplier == inputs and target.lanes % inputs == 0
    if block_of(op.input_type) == 1:
        return [TileScheme.BROADCAST]
    if op.group_count == 1 and is_collapsible(*axes_of(op)):
        return [TileScheme.BROADCAST, TileScheme.PAIRS]
    if op.scale is not None or not fills_vectors:
        return [TileScheme.BROADCAST]
    if inputs == 1 and op.window.dilation[0] == 1:
        return [TileScheme.BROADCAST, TileScheme.ROTATE, TileScheme.STRIP]
    return [TileScheme.BROADCAST, TileScheme.ROTATE]


@st.composite
def any_tiles(draw: st.DrawFn, op: ConvolutionOp, target: CpuTarget) -> TileAttr:
    """Tiles that the kernels can do; many need more registers than there are."""
    scheme = draw(st.sampled_from(possible_schemes(op, target)))
    taps = op.window.kernel[0] * op.window.kernel[1]
    columns = draw(st.integers(1, max(1, min(12, MOST_FMAS // taps))))
    parallel = draw(st.sampled_from(Parallel))
    if scheme is TileScheme.STRIP:
        return TileAttr(scheme, 1, columns)
    if scheme is TileScheme.PAIRS:
        return TileAttr(scheme, 1, columns, 1, Prefetch.NONE, parallel)
    if scheme is TileScheme.BROADCAST:
        all_vectors = -(-op.result_type.get_shape()[1] // target.lanes)
        divisors = [v for v in range(1, min(5, all_vectors) + 1) if all_vectors % v == 0]
        tile = TileAttr(scheme, 1, columns, draw(st.sampled_from(divisors)))
        can_ask = loops_over_vectors(op, tile, target)
        prefetch = draw(st.sampled_from([Prefetch.NONE, Prefetch.WEIGHTS][: 1 + can_ask]))
        return TileAttr(scheme, 1, columns, tile.vectors.data, prefetch, parallel)
    if not has_static_edges(*axes_of(op), (4, columns)):
        return TileAttr(scheme, 1, columns, 1, Prefetch.NONE, parallel)
    prefetch = draw(st.sampled_from([Prefetch.NONE, Prefetch.INPUT, Prefetch.OUTPUT]))
    return TileAttr(scheme, draw(st.integers(1, 4)), columns, 1, prefetch, parallel)


def legal_tiles(op: ConvolutionOp, target: CpuTarget) -> st.SearchStrategy[TileAttr]:
    """The tiles that the planner chooses from."""
    return st.sampled_from([tile for tile, _ in schedules(op, target)])
