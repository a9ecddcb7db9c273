"""Kernels that only move data: concatenation of plain tensors, transpose, pad, dilate."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder


def write_plain_concat(b: KernelBuilder, sizes: Sequence[int]) -> None:
    """Inputs [outer, size], output [outer, sum of sizes]; the parallel index is the outer axis."""
    *sources, output, begin, end = b.arguments

    def row(outer: Index) -> None:
        offset = 0
        for source, size in zip(sources, sizes, strict=True):
            _copy_row(b, source, output, outer, offset, size)
            offset += size

    b.each(begin, end, row)


def _copy_row(
    b: KernelBuilder, source: SSAValue, output: SSAValue, outer: Index, offset: int, size: int
) -> None:
    whole = size - size % b.lanes

    def vector(i: Index) -> None:
        b.store(b.load(source, outer, i), output, outer, b.add(i, offset))

    def scalar(i: Index) -> None:
        b.store_scalar(b.load_scalar(source, outer, i), output, outer, b.add(i, offset))

    b.each(0, whole, vector, step=b.lanes)
    b.each(whole, size, scalar)


def write_transpose(b: KernelBuilder, sizes: Sequence[int], permutation: Sequence[int]) -> None:
    """Axis a of the output, of `sizes[a]` elements, is axis `permutation[a]` of the input.

    The parallel index is the output's first axis.
    """
    source, output, begin, end = b.arguments

    def nest(position: list[Index]) -> None:
        if len(position) < len(sizes):
            b.each(0, sizes[len(position)], lambda i: nest([*position, i]))
            return
        taken: list[Index] = [0] * len(sizes)
        for axis, index in zip(permutation, position, strict=True):
            taken[axis] = index
        b.store_scalar(b.load_scalar(source, *taken), output, *position)

    b.each(begin, end, lambda i: nest([i]))


def write_pad(
    b: KernelBuilder, inputs: tuple[int, int], padding: tuple[int, int, int, int], value: float
) -> None:
    """Blocked [images, H, W, lanes] with a border (top, left, bottom, right) of `value`.

    The parallel index is (image, channel block).
    """
    source, output, begin, end = b.arguments
    rows, columns = inputs
    top, left, bottom, right = padding

    def border(image: Index, row: Index, first: int, stop: int) -> None:
        b.each(first, stop, lambda i: b.store(b.splat(value), output, image, row, i, 0))

    def inner_row(image: Index, row: Index) -> None:
        to = b.add(row, top)
        border(image, to, 0, left)

        def inner(i: Index) -> None:
            b.store(b.load(source, image, row, i, 0), output, image, to, b.add(i, left), 0)

        b.each(0, columns, inner)
        border(image, to, left + columns, left + columns + right)

    def whole(image: Index) -> None:
        width = left + columns + right
        b.each(0, top, lambda row: border(image, row, 0, width))
        b.each(0, rows, lambda row: inner_row(image, row))
        b.each(top + rows, top + rows + bottom, lambda row: border(image, row, 0, width))

    b.each(begin, end, whole)


def write_dilate(
    b: KernelBuilder,
    inputs: tuple[int, int],
    outputs: tuple[int, int],
    stride: tuple[int, int],
    before: tuple[int, int],
) -> None:
    """Blocked [images, H, W, lanes]: pixel i of an axis at `before` + i * `stride`, else zeros.

    The parallel index is (image, channel block).
    """
    source, output, begin, end = b.arguments
    rows, columns = (_kept(*each) for each in zip(inputs, outputs, stride, before, strict=True))

    def zeros(image: Index, row: Index) -> None:
        b.each(0, outputs[1], lambda i: b.store(b.splat(0.0), output, image, row, i, 0))

    def whole(image: Index) -> None:
        b.each(0, outputs[0], lambda row: zeros(image, row))
        b.each(rows.start, rows.stop, lambda row: pixels(image, row))

    def pixels(image: Index, row: Index) -> None:
        to = b.add(b.mul(row, stride[0]), before[0])

        def pixel(i: Index) -> None:
            place = b.add(b.mul(i, stride[1]), before[1])
            b.store(b.load(source, image, row, i, 0), output, image, to, place, 0)

        b.each(columns.start, columns.stop, pixel)

    b.each(begin, end, whole)


def _kept(inputs: int, outputs: int, stride: int, before: int) -> range:
    """The pixels that lie inside of the result."""
    first = max(0, -(before // stride))
    stop = min(inputs, (outputs - 1 - before) // stride + 1)
    return range(first, max(first, stop))


def write_take_image(b: KernelBuilder, number: int) -> None:
    """Image `number` of [images, vectors, lanes]; the parallel index runs over the vectors."""
    source, output, begin, end = b.arguments
    b.each(begin, end, lambda i: b.store(b.load(source, number, i, 0), output, i, 0))
