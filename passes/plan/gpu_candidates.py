"""Sizes of blocks that are worth trying for a kernel."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import ModuleKind
from convopt.passes.geometry.blocks.matrix import DEEP, TALL, WIDE, tiles_of_a_word
from convopt.passes.geometry.blocks.sizes import BlockSizes

_FILTERS = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
_DEPTHWISE_FILTERS = (1, 2, 4, 8, 16, 32, 64)
_PIXELS = (16, 32, 64, 96, 128, 192, 256)
_EXTENTS = (1, 2, 4, 7, 8, 14, 16, 28, 32, 56, 112)
_MOST_PIXELS = 512
_MOST_PARTS = 8
_THREAD_EXTENTS = (1, 2, 3, 4, 6, 7, 8)
_SQUARE_THREADS = ((1, 1), (2, 2), (4, 4), (8, 8), (8, 4), (4, 8))
_SAME_SIZE = 0.8
_MATRIX_THREADS = tuple((f, p) for f in (16, 32, 64) for p in (8, 16, 24, 32, 48, 64))
_CHANNELS = (4, 8, 16, 32, 64)
_SLICES = (1, 2, 4, 8)
_VECTOR = 4

_Item = TypeVar("_Item")


def filters_of(kernel: BlockKernel) -> tuple[int, ...]:
    """Filters of a block: few to all, in multiples of four where there are such."""
    last, lanes = kernel.stages.last, kernel.lanes
    if kernel.kind is ModuleKind.DW:
        return _clipped((each * lanes for each in _DEPTHWISE_FILTERS), last.outputs)
    if last.groups == 1 or last.is_depthwise:
        parts = (_rounded(-(-last.outputs // n), _VECTOR) for n in range(1, _MOST_PARTS + 1))
        few = [each for each in (*_FILTERS, *parts) if each <= _FILTERS[-1]]
        return _clipped(few, _rounded(last.outputs, lanes))
    of_group = last.group_outputs
    parts_of_group = [each for each in _FILTERS if each < of_group and of_group % each == 0]
    wholes = [of_group * n for n in (1, 2, 4, 8, 16, 32) if n <= last.groups]
    few = [each for each in (*parts_of_group, *wholes) if each <= _FILTERS[-1]]
    return tuple(sorted({each for each in few if each % lanes == 0} | {of_group}))


def tiles_of(kernel: BlockKernel) -> tuple[tuple[int, int], ...]:
    """Rows and columns: parts of equal size, and round numbers."""
    window = kernel.window
    if kernel.is_flat:
        pixels = window.columns.outputs
        unit = _VECTOR if pixels % _VECTOR == 0 else 1
        parts = (_rounded(-(-pixels // n), unit) for n in range(1, 2 * _MOST_PARTS))
        wide = [each for each in (*_PIXELS, *parts) if each <= _PIXELS[-1]]
        return tuple((1, each) for each in _clipped(wide, pixels))
    return tuple(
        (rows, columns)
        for rows in _extents(window.rows)
        for columns in _extents(window.columns)
        if rows * columns <= _MOST_PIXELS
    )


def _extents(axis: Axis) -> tuple[int, ...]:
    parts = (-(-axis.outputs // n) for n in (1, 2, 3, 4))
    return _clipped((*_EXTENTS, *parts), axis.outputs)


def thread_tiles_of(kernel: BlockKernel) -> tuple[tuple[int, int], ...]:
    """Filters and pixels of a thread, or of a warp on tensor cores, that the block allows."""
    sizes = kernel.sizes
    if sizes.matrix:
        unit = TALL * tiles_of_a_word(kernel.lanes)
        fit = [(f, p) for f, p in _MATRIX_THREADS if sizes.filters % f == f % unit == 0]
        return tuple(fit)
    extents = sorted({_rounded(each, kernel.lanes) for each in _THREAD_EXTENTS})
    tall = [each for each in extents if sizes.filters % each == 0]
    wide: Iterable[int] = _THREAD_EXTENTS
    if kernel.kind is ModuleKind.DW:
        wide = [each for each in _THREAD_EXTENTS if kernel.tile[1] % each == 0]
    return tuple((filters, pixels) for filters in tall for pixels in wide)


def streamings_of(kernel: BlockKernel) -> tuple[tuple[int, int, int], ...]:
    """Channels of a step, slices, buffers."""
    if kernel.kind is ModuleKind.DW:
        return ((1, 1, 1),)
    unit = kernel.lanes * (DEEP if kernel.sizes.matrix else 1)
    most = _rounded(kernel.streamed_channels, unit)
    channels = _clipped((each * kernel.lanes for each in _CHANNELS), most)
    return tuple(
        (each, slices, buffers)
        for each in channels
        for slices in _SLICES
        if each % (slices * unit) == 0
        for buffers in (1, 2)
        if buffers == 1 or each < most
    )


def starts_of(kernel: BlockKernel, matrix: bool) -> Iterator[BlockSizes]:
    """A coarse grid over blocks, with middling threads and steps; with `matrix` for tensor cores,
    too."""
    filters, tiles = filters_of(kernel), tiles_of(kernel)
    for block_filters in _spread(filters, 5):
        for rows, columns in _spread(tiles, 9):
            sizes = BlockSizes(block_filters, rows, columns)
            for pixels in (2, 4):
                yield fitted(kernel, replace(sizes, thread_filters=4, thread_pixels=pixels))
    if not matrix or kernel.kind is ModuleKind.DW:
        return
    unit = TALL * tiles_of_a_word(kernel.lanes)
    for block_filters in sorted({_rounded(each, unit) for each in filters}):
        for rows, columns in _spread(tiles, 9):
            sizes = BlockSizes(block_filters, rows, columns, unit, WIDE, matrix=True)
            yield fitted(kernel, sizes)


def fitted(kernel: BlockKernel, sizes: BlockSizes) -> BlockSizes:
    """The sizes with threads and steps that the block allows, near those given."""
    one = replace(kernel, sizes=sizes)
    threads = thread_tiles_of(one)
    if not threads:  # no room on tensor cores for so few filters
        return sizes
    if (sizes.thread_filters, sizes.thread_pixels) not in threads:
        tall = max((f for f, _ in threads if f <= sizes.thread_filters), default=threads[0][0])
        wide = max((p for _, p in threads if p <= sizes.thread_pixels), default=threads[0][1])
        sizes = replace(sizes, thread_filters=tall, thread_pixels=wide)
    last = kernel.stages.last
    if last.groups > 1 and not last.is_depthwise:
        whole = last.group_outputs
        tall = max(n for n in range(1, sizes.thread_filters + 1) if whole % n == 0)
        sizes = replace(sizes, thread_filters=tall)
    if kernel.kind is not ModuleKind.DW and sizes.channels == 1:
        steps = streamings_of(one)
        channels, slices, buffers = min(steps, key=lambda each: (abs(each[0] - 16), each))
        sizes = replace(sizes, channels=channels, slices=slices, buffers=buffers)
    return sizes


def _other_threads(kernel: BlockKernel, sizes: BlockSizes) -> Iterator[BlockSizes]:
    old = (sizes.thread_filters, sizes.thread_pixels)
    for filters, pixels in thread_tiles_of(replace(kernel, sizes=sizes)):
        if filters == old[0] or pixels == old[1] or (filters, pixels) in _SQUARE_THREADS:
            yield replace(sizes, thread_filters=filters, thread_pixels=pixels)


def _other_steps(kernel: BlockKernel, sizes: BlockSizes) -> Iterator[BlockSizes]:
    for channels, slices, buffers in streamings_of(replace(kernel, sizes=sizes)):
        if buffers == sizes.buffers or (channels, slices) == (sizes.channels, sizes.slices):
            yield replace(sizes, channels=channels, slices=slices, buffers=buffers)


def _other_filters(kernel: BlockKernel, sizes: BlockSizes) -> Iterator[BlockSizes]:
    for filters in filters_of(kernel):
        wide = _rounded(filters, sizes.thread_filters) if sizes.matrix else filters
        yield fitted(kernel, replace(sizes, filters=wide))


def _other_tiles(kernel: BlockKernel, sizes: BlockSizes) -> Iterator[BlockSizes]:
    """Rows or columns, or about as many pixels in another shape."""
    for rows, columns in tiles_of(kernel):
        kept = rows == sizes.rows or columns == sizes.columns
        if kept or _SAME_SIZE * rows * columns <= sizes.pixels <= rows * columns:
            yield fitted(kernel, replace(sizes, rows=rows, columns=columns))


def _clipped(sizes: Iterable[int], most: int) -> tuple[int, ...]:
    return tuple(sorted({min(size, most) for size in sizes}))


def _rounded(size: int, unit: int) -> int:
    return -(-size // unit) * unit


def _spread(items: tuple[_Item, ...], count: int) -> tuple[_Item, ...]:
    """At most so many of the items, evenly."""
    if len(items) <= count:
        return items
    return tuple(items[i * (len(items) - 1) // (count - 1)] for i in range(count))


MOVES = (_other_tiles, _other_filters, _other_threads, _other_steps)
"""Ways to vary sizes, each in one respect."""
