"""Windowed and global pooling of blocked tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis, uses_by_offset
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.chunks import Chunks
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range

GLOBAL_POOL_SUMS = 4
"""Independent partial results, enough to hide the latency of an addition."""

TILE_COLUMNS = 7
"""Outputs side by side that share what their windows have in common; 8 do not fit 16 registers."""

UNROLLED_ROWS = 7
"""Kernels with more rows loop over them."""


@dataclass(frozen=True)
class Pool:
    """Pooling of [images, H, W, lanes] to [images, OH, OW, lanes].

    The parallel index is (image and channel block, chunk of output rows). A window is combined down
    its columns first, and a column once for all windows that share it.
    """

    images: int
    rows: Axis
    columns: Axis
    average: bool
    count_include_pad: bool

    @property
    def chunks(self) -> Chunks:
        """Output rows of the images."""
        return Chunks(self.images, self.rows.outputs)

    def write(self, b: KernelBuilder) -> None:
        """Input, output, begin and end of the parallel indices."""
        is_unrolled = self.rows.kernel <= UNROLLED_ROWS

        def chunk(image: Index, first: Index, stop: Index) -> None:
            if not is_unrolled:
                b.each(first, stop, partial(whole_row, image))
                return
            for rows in tile_axis(self.rows, 1):
                (valid,) = rows.valid
                taps = (valid.index(True), self.rows.kernel - valid[::-1].index(True))
                low = b.maximum_index(first, rows.start)
                high = b.minimum_index(stop, rows.stop)

                b.each(low, high, partial(row_like, image, *taps))

        def row_like(image: Index, first: int, stop: int, row: Index) -> None:
            _PoolRow(b, self, image, row, first, stop).write(TILE_COLUMNS)

        def whole_row(image: Index, row: Index) -> None:
            _PoolRow(b, self, image, row, *valid_kernel_range(b, self.rows, row)).write(1)

        self.chunks.each(b, chunk)


@dataclass(frozen=True)
class _PoolRow:
    """One output row, whose windows have real inputs in the kernel rows [first, stop)."""

    b: KernelBuilder
    pool: Pool
    image: Index
    row: Index
    first: Index
    stop: Index

    def write(self, tile: int) -> None:
        for columns in tile_axis(self.pool.columns, tile):
            body = partial(self._tile, columns)
            self.b.each(columns.start, columns.stop, body, step=columns.size)

    def _tile(self, columns: TileClass, column: Index) -> None:
        b, axis = self.b, self.pool.columns
        base = b.mul(column, axis.stride)
        uses = uses_by_offset(axis, columns.valid)
        offsets = [b.add(base, offset) for offset in uses]
        results: dict[int, SSAValue] = {}
        for value, taps in zip(self._down(offsets), uses.values(), strict=True):
            for q, _ in taps:
                results[q] = self._combine(results[q], value) if q in results else value
        for q, result in results.items():
            if self.pool.average:
                result = b.mulf(result, self._reciprocal(sum(columns.valid[q])))
            b.store(result, b.arguments[1], self.image, self.row, b.add(column, q), 0)

    def _down(self, columns: Sequence[Index]) -> Sequence[SSAValue]:
        """The windows' rows combined, for each of some input columns."""
        b, axis = self.b, self.pool.rows
        top = b.add(b.mul(self.row, axis.stride), -axis.pad)
        # With minus infinity first, LLVM knows that the larger one is never NaN: one instruction.
        start = b.splat(0.0 if self.pool.average else float("-inf"))

        def kernel_row(
            kh: Index, columns: Sequence[Index], values: Sequence[SSAValue]
        ) -> list[SSAValue]:
            at = b.add(top, b.mul(kh, axis.dilation))
            return [
                self._combine(value, b.load(b.arguments[0], self.image, at, column, 0))
                for column, value in zip(columns, values, strict=True)
            ]

        if not (isinstance(self.first, int) and isinstance(self.stop, int)):
            starts = [start] * len(columns)
            return b.loop(
                self.first, self.stop, 1, starts, lambda kh, values: kernel_row(kh, columns, values)
            )
        results: list[SSAValue] = []
        for column in columns:
            values = [start]
            for kh in range(self.first, self.stop):
                values = kernel_row(kh, [column], values)
            results += values
        return results

    def _combine(self, a: SSAValue, c: SSAValue) -> SSAValue:
        return self.b.addf(a, c) if self.pool.average else self.b.maximum(a, c)

    def _reciprocal(self, columns: int) -> SSAValue:
        """One divided by the number of elements that are averaged, `columns` in each row."""
        b, pool = self.b, self.pool
        if pool.count_include_pad:
            return b.splat(1.0 / (pool.rows.kernel * pool.columns.kernel))
        rows = b.add(self.stop, b.mul(self.first, -1))
        if isinstance(rows, int):
            return b.splat(1.0 / (rows * columns))
        return b.broadcast(b.divf(b.scalar(1.0 / columns), b.index_to_float(rows)))


def write_global_pool(b: KernelBuilder, pixels: int, *, average: bool) -> None:
    """Input [images, H * W, lanes], output [images, lanes]; the parallel index is the image."""
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
