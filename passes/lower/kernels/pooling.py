"""Windowed and global pooling of blocked tensors; the parallel index is (image, channel block)."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range

GLOBAL_POOL_SUMS = 4
"""Independent partial results, enough to hide the latency of an addition."""


def write_pool(
    b: KernelBuilder, rows: Axis, columns: Axis, *, average: bool, count_include_pad: bool
) -> None:
    """Input [images, H, W, lanes], output [images, OH, OW, lanes]."""
    source, output, begin, end = b.arguments
    start = b.splat(0.0 if average else float("-inf"))

    def pixel(image: Index, row: Index, kernel_rows: tuple[Index, Index], column: Index) -> None:
        kernel_columns = valid_kernel_range(b, columns, column)
        top = b.add(b.mul(row, rows.stride), -rows.pad)
        left = b.add(b.mul(column, columns.stride), -columns.pad)

        def kernel_row(kh: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            input_row = b.add(top, b.mul(kh, rows.dilation))

            def kernel_column(kw: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
                input_column = b.add(left, b.mul(kw, columns.dilation))
                value = b.load(source, image, input_row, input_column, 0)
                combine = b.addf if average else b.maximum
                return [combine(carried[0], value)]

            return b.loop(*kernel_columns, 1, carried, kernel_column)

        (result,) = b.loop(*kernel_rows, 1, [start], kernel_row)
        if average:
            result = b.divf(result, _divisor(b, rows, columns, kernel_rows, kernel_columns,
                                             count_include_pad))  # fmt: skip
        b.store(result, output, image, row, column, 0)

    def output_row(image: Index, row: Index) -> None:
        kernel_rows = valid_kernel_range(b, rows, row)
        b.each(0, columns.outputs, lambda column: pixel(image, row, kernel_rows, column))

    b.each(begin, end, lambda image: b.each(0, rows.outputs, lambda row: output_row(image, row)))


def _divisor(
    b: KernelBuilder,
    rows: Axis,
    columns: Axis,
    kernel_rows: tuple[Index, Index],
    kernel_columns: tuple[Index, Index],
    count_include_pad: bool,
) -> SSAValue:
    if count_include_pad:
        return b.splat(float(rows.kernel * columns.kernel))
    extents = [
        b.index_to_float(b.add(stop, _negate(b, first)))
        for first, stop in (kernel_rows, kernel_columns)
    ]
    return b.broadcast(b.mulf(*extents))


def _negate(b: KernelBuilder, index: Index) -> Index:
    return b.mul(index, -1)


def write_global_pool(b: KernelBuilder, pixels: int, *, average: bool) -> None:
    """Input [images, H * W, lanes], output [images, lanes]."""
    source, output, begin, end = b.arguments
    combine = b.addf if average else b.maximum
    sums = min(GLOBAL_POOL_SUMS, pixels)

    def image_pool(image: Index) -> None:
        start = [b.load(source, image, pixel, 0) for pixel in range(sums)]

        def step(pixel: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return [
                combine(value, b.load(source, image, b.add(pixel, offset), 0))
                for offset, value in enumerate(carried)
            ]

        whole = pixels - pixels % sums
        results = list(b.loop(sums, whole, sums, start, step))
        results += [b.load(source, image, pixel, 0) for pixel in range(whole, pixels)]
        while len(results) > 1:
            results = [*results[2:], combine(results[0], results[1])]
        result = results[0]
        if average:
            result = b.mulf(result, b.splat(1.0 / pixels))
        b.store(result, output, image, 0)

    b.each(begin, end, image_pool)
