"""The rotate scheme: depthwise convolution, and grouped convolution with few channels a group.

A vector holds the same pixel's channels, of one group or several. Pass k = 1 ... c (c channels a
group) adds, in lane i of a group, input channel i's share to output channel (i + k) mod c: every
pass is a depthwise convolution with the plain input vector, and rotating the *accumulators* by one
lane before each pass brings every output the next input. Depthwise is the case c = 1, one pass.

Padding is implicit: every edge has code of its own, from which the taps in the padding are left
out. Where that would be too much code (large kernels), tiles have one row and the kernel rows are a
loop whose bounds are computed for each output row.
"""

from collections.abc import Callable, Sequence
from functools import partial

from xdsl.ir import SSAValue

from convopt.convdialect.attributes import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import TileClass, tile_axis, uses_by_offset
from convopt.passes.geometry.tile_code import UNROLLED_PASSES
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.block_output import BlockOutput
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape, Position
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range

OnePass = Callable[[Index, Sequence[SSAValue]], Sequence[SSAValue]]
"""Adds one pass to the sums, given the index of the pass's first weight vector."""


class RotateKernel:
    """Writes the loops of one rotate kernel, shared out by blocks or by rows of tiles."""

    def __init__(self, builder: KernelBuilder, shape: ByPixelShape, output: BlockOutput):
        self.b = builder
        self.shape = shape
        self.input, self.weights = builder.arguments[:2]
        self.output = output

    def write(self) -> None:
        begin, end = self.b.arguments[-2:]
        if self.shape.parallel is Parallel.BLOCKS:
            row_tiles = -(-self.shape.rows.outputs // self.shape.tile[0])
            self.b.each(begin, end, partial(self._image, 0, row_tiles))
            return
        images = self.shape.batch * self.shape.blocks
        self.b.each(0, images, partial(self._image, begin, end))

    def _image(self, first_tile: Index, stop_tile: Index, image: Index) -> None:
        shape = self.shape
        block = self.b.rem(image, shape.blocks) if shape.batch > 1 else image
        held = None
        if shape.weights_in_registers:
            held = [self.b.load(self.weights, block, tap, 0) for tap in range(shape.taps)]
        column_classes = tile_axis(shape.columns, shape.tile[1])
        if not shape.static_edges:
            tile_row = partial(self._row_at_run_time, image, block, column_classes)
            self.b.each(first_tile, stop_tile, tile_row)
            return
        for row_class in tile_axis(shape.rows, shape.tile[0]):
            tile_row = partial(self._row_of_tiles, image, block, held, row_class, column_classes)
            self.b.each_tile(row_class, first_tile, stop_tile, tile_row)

    # -- tiles with static rows

    def _row_of_tiles(
        self,
        image: Index,
        block: Index,
        held: list[SSAValue] | None,
        row_class: TileClass,
        column_classes: Sequence[TileClass],
        row: Index,
    ) -> None:
        for column_class in column_classes:

            def tile(column: Index, column_class: TileClass = column_class) -> None:
                self._prefetch_next_rows(image, row_class, column_class, row, column)
                positions = [
                    (r, q) for r in range(row_class.size) for q in range(column_class.size)
                ]

                def taps(first_weight: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                    named = dict(zip(positions, sums, strict=True))
                    place = (image, block, row, column)
                    return self._static_taps(
                        place, held, row_class, column_class, first_weight, named
                    )

                start = self.output.start_value(block)
                sums = self._passes(start, len(positions), taps)
                for (r, q), value in zip(positions, sums, strict=True):
                    self.output.finish(
                        image, block, self.b.add(row, r), self.b.add(column, q), value
                    )

            self.b.each(column_class.start, column_class.stop, tile, step=column_class.size)

    def _static_taps(
        self,
        place: tuple[Index, Index, Index, Index],
        held: list[SSAValue] | None,
        row_class: TileClass,
        column_class: TileClass,
        first_weight: Index,
        sums: dict[Position, SSAValue],
    ) -> list[SSAValue]:
        shape = self.shape
        image, block, row, column = place
        row_uses = uses_by_offset(shape.rows, row_class.valid)
        column_uses = uses_by_offset(shape.columns, column_class.valid)
        row_base = self.b.mul(row, shape.rows.stride)
        column_base = self.b.mul(column, shape.columns.stride)
        columns = {
            offset: self.b.add(column_base, offset - shape.columns.pad) for offset in column_uses
        }
        weights: dict[int, SSAValue] = dict(enumerate(held)) if held is not None else {}
        for row_offset, row_taps in row_uses.items():
            self.b.fence()
            input_row = self.b.add(row_base, row_offset - shape.rows.pad)
            for column_offset, column_taps in column_uses.items():
                pixel = self.b.load(self.input, image, input_row, columns[column_offset], 0)
                for r, kh in row_taps:
                    for q, kw in column_taps:
                        tap = kh * shape.columns.kernel + kw
                        if tap not in weights:
                            at = self.b.add(first_weight, tap)
                            weights[tap] = self.b.load(self.weights, block, at, 0)
                        sums[r, q] = self.b.fma(pixel, weights[tap], sums[r, q])
        return list(sums.values())

    # -- tiles of one row whose kernel rows are a loop

    def _row_at_run_time(
        self,
        image: Index,
        block: Index,
        column_classes: Sequence[TileClass],
        row: Index,
    ) -> None:
        axis = self.shape.rows
        first, stop = valid_kernel_range(self.b, axis, row)
        top = self.b.add(self.b.mul(row, axis.stride), -axis.pad)
        for column_class in column_classes:

            def tile(column: Index, column_class: TileClass = column_class) -> None:
                def taps(first_weight: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                    def kernel_row(kh: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                        self.b.fence()
                        input_row = self.b.add(top, self.b.mul(kh, axis.dilation))
                        weight = self.b.add(first_weight, self.b.mul(kh, self.shape.columns.kernel))
                        return self._row_taps(
                            image, block, column_class, input_row, column, weight, list(sums)
                        )

                    return self.b.loop(first, stop, 1, sums, kernel_row)

                start = self.output.start_value(block)
                sums = self._passes(start, column_class.size, taps)
                for q, value in enumerate(sums):
                    self.output.finish(image, block, row, self.b.add(column, q), value)

            self.b.each(column_class.start, column_class.stop, tile, step=column_class.size)

    def _row_taps(
        self,
        image: Index,
        block: Index,
        column_class: TileClass,
        input_row: Index,
        column: Index,
        first_weight: Index,
        sums: list[SSAValue],
    ) -> list[SSAValue]:
        axis = self.shape.columns
        base = self.b.mul(column, axis.stride)
        weights: dict[int, SSAValue] = {}
        for offset, taps in uses_by_offset(axis, column_class.valid).items():
            at = self.b.add(base, offset - axis.pad)
            pixel = self.b.load(self.input, image, input_row, at, 0)
            for q, kw in taps:
                if kw not in weights:
                    weight = self.b.add(first_weight, kw)
                    weights[kw] = self.b.load(self.weights, block, weight, 0)
                sums[q] = self.b.fma(pixel, weights[kw], sums[q])
        return sums

    # -- both

    def _passes(self, start: SSAValue, outputs: int, one_pass: OnePass) -> Sequence[SSAValue]:
        """All passes over a tile of `outputs` accumulators."""
        channels = self.shape.group_channels
        if channels == 1:
            return one_pass(0, [start] * outputs)
        if channels == UNROLLED_PASSES:
            sums = one_pass(0, [self._rotated(start)] * outputs)
            return one_pass(self.shape.taps, list(map(self._rotated, sums)))

        def rotated_pass(index: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            first_weight = self.b.mul(index, self.shape.taps)
            return one_pass(first_weight, list(map(self._rotated, sums)))

        return self.b.loop(0, channels, 1, [start] * outputs, rotated_pass)

    def _rotated(self, value: SSAValue) -> SSAValue:
        """Every lane of a group takes its right neighbour's value, the last one the first's."""
        channels = self.shape.group_channels
        lanes = [lane - lane % channels + (lane + 1) % channels for lane in range(self.b.lanes)]
        return self.b.shuffle(value, lanes)

    def _prefetch_next_rows(
        self,
        image: Index,
        row_class: TileClass,
        column_class: TileClass,
        row: Index,
        column: Index,
    ) -> None:
        """Ask for what the tile below will touch: its output, whose stores to L2 wait for the
        lines' old contents, or its input, which lies beyond L2."""
        prefetch = self.shape.prefetch
        if prefetch not in (Prefetch.OUTPUT, Prefetch.INPUT):
            return
        is_output = prefetch is Prefetch.OUTPUT
        rows, columns = self.shape.rows, self.shape.columns
        row_step, column_step = (1, 1) if is_output else (rows.stride, columns.stride)
        buffer = self.output.output if is_output else self.input
        first_row = self.b.mul(self.b.add(row, row_class.size), row_step)
        first_column = self.b.mul(column, column_step)
        for r in range(row_class.size * row_step):
            for q in range(column_class.size * column_step):
                at = (self.b.add(first_row, r), self.b.add(first_column, q))
                self.b.prefetch(buffer, image, *at, 0, write=is_output)
