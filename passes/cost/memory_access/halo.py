"""Inputs that the tiles of an axis or an image touch, halos included.

Tile i of T covers the outputs [iT, min(outputs, (i + 1)T)). A kernel whose taps leave no gaps makes
it touch

    min(inputs, (end - 1) * stride - pad + kernel) - max(0, start * stride - pad)

inputs. Gaps, of dilation or of a stride above the kernel, are left out: only inputs that a tap
reads count.
"""

from dataclasses import dataclass
from functools import lru_cache

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution


@dataclass(frozen=True)
class AxisCut:
    """An axis cut into `tiles`: inputs touched, summed over the tiles, and by the largest tile.

    `largest_outputs`: outputs of the largest tile.
    """

    tiles: int
    inputs: int
    largest_inputs: int
    largest_outputs: int


@lru_cache(maxsize=8192)
def cut_axis(axis: Axis, tile: int) -> AxisCut:
    """The axis in tiles of `tile` outputs, the last perhaps smaller."""
    touched = touched_inputs(axis, tile)
    return AxisCut(len(touched), sum(touched), max(touched), min(tile, axis.outputs))


def touched_inputs(axis: Axis, tile: int) -> tuple[int, ...]:
    """Inputs that each tile touches.

    >>> touched_inputs(Axis(13, 13, kernel=3, pad=1), 5)
    (6, 7, 4)
    """
    starts = range(0, axis.outputs, tile)
    return tuple(len(inputs_of(axis, o, min(o + tile, axis.outputs))) for o in starts)


def inputs_of(axis: Axis, start: int, stop: int) -> frozenset[int]:
    """The inputs that the outputs [start, stop) read; padding is none."""
    return frozenset(
        position
        for output in range(start, stop)
        for tap in range(axis.kernel)
        if 0 <= (position := axis.input_of(output, tap)) < axis.inputs
    )


@dataclass(frozen=True)
class ImageCut:
    """All images of a batch cut into `tiles`: input pixels touched, summed over the tiles of one
    image, and by the largest tile; `largest_outputs`: output pixels of the largest tile."""

    tiles: int
    inputs: int
    largest_inputs: int
    largest_outputs: int


def cut_image(conv: Convolution, rows: int, columns: int) -> ImageCut:
    """The output in tiles of `rows` x `columns`."""
    down, across = cut_axis(conv.rows, rows), cut_axis(conv.columns, columns)
    return ImageCut(
        conv.batch * down.tiles * across.tiles,
        down.inputs * across.inputs,
        down.largest_inputs * across.largest_inputs,
        down.largest_outputs * across.largest_outputs,
    )
