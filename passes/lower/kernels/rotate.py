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
from dataclasses import dataclass
from functools import partial

from xdsl.ir import SSAValue

from convopt.convdialect.schedules import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import TileClass, tile_axis, uses_by_offset
from convopt.passes.geometry.tile_code import UNROLLED_PASSES
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape, Position, first_input
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range
from convopt.passes.lower.kernels.next_band import NextBand
from convopt.passes.lower.kernels.output_rows import KernelOutput, OutputRow

OnePass = Callable[[Index, Sequence[SSAValue]], Sequence[SSAValue]]
"""Adds one pass to the sums, given the index of the pass's first weight vector."""


@dataclass(frozen=True)
class _Block:
    """A block of channels of an image; its weights where they stay in registers."""

    image: Index
    block: Index
    held: tuple[SSAValue, ...]


class RotateKernel:
    """Writes the loops of one rotate kernel, shared out by blocks or by rows of tiles."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: ByPixelShape,
        source: FeatureMap,
        weights: SSAValue,
        output: KernelOutput,
    ):
        self.b = builder
        self.shape = shape
        self.source = source
        self.weights = weights
        self.output = output

    def write(self, begin: Index, end: Index) -> None:
        """The parallel indices [begin, end)."""
        if self.shape.parallel is Parallel.BLOCKS:
            row_tiles = -(-self.shape.rows.outputs // self.shape.tile[0])
            self.b.each(begin, end, partial(self._unit, 0, row_tiles))
            return
        self.b.each(0, self.shape.units, partial(self._unit, begin, end))

    def write_rows(
        self, image: Index, first: Index, stop: Index, ahead: NextBand | None = None
    ) -> None:
        """All blocks of an image's rows [first, stop). They wait for memory and ask nothing."""
        assert ahead is None
        height = self.shape.tile[0]
        last_tile = self.b.div(self.b.add(stop, height - 1), height)
        tiles = (self.b.div(first, height), last_tile)
        self.b.each(0, self.shape.blocks, partial(self._rows_of_block, *tiles, image))

    def _unit(self, first_tile: Index, stop_tile: Index, unit: Index) -> None:
        self._rows_of_block(first_tile, stop_tile, *self.shape.image_and_block(self.b, unit))

    def _rows_of_block(
        self, first_tile: Index, stop_tile: Index, image: Index, block: Index
    ) -> None:
        shape = self.shape
        taps = range(shape.taps) if shape.weights_in_registers else ()
        held = tuple(self.b.load(self.weights, block, shape.place_of(tap), 0) for tap in taps)
        at = _Block(image, block, held)
        column_classes = tile_axis(shape.columns, shape.tile[1])
        if not shape.static_edges:
            tile_row = partial(self._row_at_run_time, at, column_classes)
            self.b.each(first_tile, stop_tile, tile_row)
            return
        for row_class in tile_axis(shape.rows, shape.tile[0]):
            tile_row = partial(self._row_of_tiles, at, row_class, column_classes)
            self.b.each_tile(row_class, first_tile, stop_tile, tile_row)

    # -- tiles with static rows

    def _row_of_tiles(
        self,
        at: _Block,
        row_class: TileClass,
        column_classes: Sequence[TileClass],
        row: Index,
    ) -> None:
        shape = self.shape
        base = first_input(self.b, shape.rows, row)
        input_rows = {
            offset: self.source.row(self.b, self.b.add(base, offset))
            for offset in uses_by_offset(shape.rows, row_class.valid)
        }
        outputs = [
            self.output.row(at.image, at.block, self.b.add(row, r)) for r in range(row_class.size)
        ]
        for column_class in column_classes:

            def tile(column: Index, column_class: TileClass = column_class) -> None:
                self._prefetch_next_rows(at, row_class, column_class, row, column)
                positions = [
                    (r, q) for r in range(row_class.size) for q in range(column_class.size)
                ]

                def taps(first_weight: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                    named = dict(zip(positions, sums, strict=True))
                    self._static_taps(
                        at, input_rows, row_class, column_class, column, first_weight, named
                    )
                    return list(named.values())

                start = self.output.start_value(at.block)
                sums = self._passes(start, len(positions), taps)
                for (r, q), value in zip(positions, sums, strict=True):
                    outputs[r].finish(self.b.add(column, q), value)

            self.b.each(column_class.start, column_class.stop, tile, step=column_class.size)

    def _static_taps(
        self,
        at: _Block,
        input_rows: dict[int, Index],
        row_class: TileClass,
        column_class: TileClass,
        column: Index,
        first_weight: Index,
        sums: dict[Position, SSAValue],
    ) -> None:
        """Add one pass to `sums`, by input rows."""
        shape = self.shape
        row_uses = uses_by_offset(shape.rows, row_class.valid)
        column_uses = uses_by_offset(shape.columns, column_class.valid)
        column_base = first_input(self.b, shape.columns, column)
        columns = {offset: self.b.add(column_base, offset) for offset in column_uses}
        weights: dict[int, SSAValue] = dict(enumerate(at.held))
        for row_offset, row_taps in row_uses.items():
            self.b.fence()
            for column_offset, column_taps in column_uses.items():
                pixel = self._pixel(at, input_rows[row_offset], columns[column_offset])
                for r, kh in row_taps:
                    for q, kw in column_taps:
                        tap = kh * shape.columns.kernel + kw
                        if tap not in weights:
                            weight = self.b.add(first_weight, shape.place_of(tap))
                            weights[tap] = self.b.load(self.weights, at.block, weight, 0)
                        sums[r, q] = self.b.fma(pixel, weights[tap], sums[r, q])

    # -- tiles of one row whose kernel rows are a loop

    def _row_at_run_time(self, at: _Block, column_classes: Sequence[TileClass], row: Index) -> None:
        axis = self.shape.rows
        first, stop = valid_kernel_range(self.b, axis, row)
        top = self.b.add(self.b.mul(row, axis.stride), -axis.pad)
        output = self.output.row(at.image, at.block, row)
        for column_class in column_classes:

            def tile(column: Index, column_class: TileClass = column_class) -> None:
                def taps(first_weight: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                    def kernel_row(kh: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
                        self.b.fence()
                        input_row = self.b.add(top, self.b.mul(kh, axis.dilation))
                        weight = self.b.add(first_weight, self._first_of_kernel_row(kh))
                        return self._row_taps(
                            at, column_class, input_row, column, weight, list(sums)
                        )

                    return self.b.loop(first, stop, 1, sums, kernel_row)

                start = self.output.start_value(at.block)
                sums = self._passes(start, column_class.size, taps)
                for q, value in enumerate(sums):
                    output.finish(self.b.add(column, q), value)

            self.b.each(column_class.start, column_class.stop, tile, step=column_class.size)

    def _first_of_kernel_row(self, kh: Index) -> Index:
        """Where the weights of a kernel row's first tap lie among those of a pass."""
        kernel = self.shape.columns.kernel
        if not self.shape.reversed_taps:
            return self.b.mul(kh, kernel)
        return self.b.add(self.b.mul(kh, -kernel), self.shape.taps - 1)

    def _row_taps(
        self,
        at: _Block,
        column_class: TileClass,
        input_row: Index,
        column: Index,
        first_weight: Index,
        sums: list[SSAValue],
    ) -> list[SSAValue]:
        axis = self.shape.columns
        base = self.b.mul(column, axis.stride)
        stored_row = self.source.row(self.b, input_row)
        weights: dict[int, SSAValue] = {}
        for offset, taps in uses_by_offset(axis, column_class.valid).items():
            pixel = self._pixel(at, stored_row, self.b.add(base, offset))
            for q, kw in taps:
                if kw not in weights:
                    weight = self.b.add(first_weight, -kw if self.shape.reversed_taps else kw)
                    weights[kw] = self.b.load(self.weights, at.block, weight, 0)
                sums[q] = self.b.fma(pixel, weights[kw], sums[q])
        return sums

    # -- both

    def _pixel(self, at: _Block, stored_row: Index, column: Index) -> SSAValue:
        image = self.source.image(at.image)
        return self.b.load(self.source.buffer, image, at.block, stored_row, column, 0)

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
        at: _Block,
        row_class: TileClass,
        column_class: TileClass,
        row: Index,
        column: Index,
    ) -> None:
        """Ask for what the tile below will touch: its output, whose stores to L2 wait for the
        lines' old contents, or its input, which lies beyond L2."""
        prefetch = self.shape.prefetch
        below = self.b.add(row, row_class.size)
        if prefetch is Prefetch.OUTPUT:
            for r in range(row_class.size):
                output: OutputRow = self.output.row(at.image, at.block, self.b.add(below, r))
                for q in range(column_class.size):
                    output.prefetch(self.b.add(column, q))
        if prefetch is Prefetch.INPUT:
            rows, columns = self.shape.rows, self.shape.columns
            first_row = first_input(self.b, rows, below)
            first_column = first_input(self.b, columns, column)
            for r in range(row_class.size * rows.stride // rows.base_dilation):
                for q in range(column_class.size * columns.stride // columns.base_dilation):
                    place = (self.b.add(first_row, r), self.b.add(first_column, q), 0)
                    self.b.prefetch(self.source.buffer, at.image, at.block, *place, write=False)
