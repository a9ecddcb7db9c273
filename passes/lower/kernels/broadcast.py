"""The broadcast scheme: pointwise, dense and general grouped convolution.

Accumulators hold a register tile of `columns` pixels times `vectors` output-channel vectors. For
each input channel its weight vectors are loaded once, and every pixel's value, broadcast to all
lanes, is multiplied with them. On targets with an indexed FMA a whole vector of input channels is
loaded per pixel and the lane is an operand of the FMA.

Groups: the lanes of a block of output channels may belong to several groups. The block then reads
the input channels of all of them, and the packed weights are zero where lane and channel belong to
different groups. Kernel rows are a loop with bounds computed for each output row, kernel columns
are unrolled with the padding's taps left out.
"""

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from xdsl.ir import SSAValue

from convopt.convdialect.schedules import Parallel
from convopt.passes.geometry.axis_tiles import TileClass, tile_axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.broadcast_channels import ChannelReduction
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape, Place
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range
from convopt.passes.lower.kernels.next_band import NextBand
from convopt.passes.lower.kernels.output_rows import KernelOutput, OutputRow
from convopt.passes.lower.kernels.pair_channels import PairReduction

Range: TypeAlias = tuple[Index, Index]


class BroadcastKernel:
    """Writes the loops of one broadcast kernel."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: BroadcastShape,
        channels: ChannelReduction | PairReduction,
        output: KernelOutput,
    ):
        self.b = builder
        self.shape = shape
        self.output = output
        self.channels = channels

    def write(self, begin: Index, end: Index) -> None:
        """The parallel indices [begin, end)."""
        shape = self.shape
        all_tiles = (0, shape.columns.outputs)
        if shape.parallel is Parallel.BLOCKS:
            self.b.each(begin, end, partial(self._unit, (0, shape.rows.outputs), all_tiles))
            return
        share = (begin, end)
        part = partial(self._unit, share, all_tiles)
        if shape.is_collapsed:
            part = partial(self._unit, (0, 1), share)
        self.b.each(0, shape.batch * shape.output_blocks, part)

    def write_rows(
        self, image: Index, first: Index, stop: Index, ahead: NextBand | None = None
    ) -> None:
        """All output channels of an image's rows [first, stop), asking for what comes next."""
        rows, all_tiles = (first, stop), (0, self.shape.columns.outputs)
        block = partial(self._block, rows, all_tiles, image, ahead=ahead)
        self.b.each(0, self.shape.output_blocks, block)

    def _unit(self, rows: Range, column_tiles: Range, unit: Index) -> None:
        image: Index = 0
        block = unit
        if self.shape.batch > 1:
            image, block = self.b.divmod(unit, self.shape.output_blocks)
        self._block(rows, column_tiles, image, block)

    def _block(
        self,
        rows: Range,
        column_tiles: Range,
        image: Index,
        block: Index,
        ahead: NextBand | None = None,
    ) -> None:
        shape = self.shape
        first_channel = self._first_channel(block)
        classes = tile_axis(shape.columns, shape.columns_in_tile)

        def tile_row(row: Index) -> None:
            kernel_rows = valid_kernel_range(self.b, shape.rows, row)
            if shape.rows.kernel == 1:
                self.channels.input_row(row, 0)  # computed here, not for every tile
            outputs = [
                self.output.row(image, self._vector_index(block, v), row)
                for v in range(shape.vectors_in_tile)
            ]
            for tile_class in classes:

                def tile(column: Index, tile_class: TileClass = tile_class) -> None:
                    place = Place(image, block, first_channel, row, column, rows[0], ahead)
                    self._tile(place, kernel_rows, tile_class, outputs)

                self.b.each_tile(tile_class, *column_tiles, tile)

        self.b.each(*rows, tile_row)

    def _first_channel(self, block: Index) -> Index:
        """`InputChannels.first` as an index in the kernel."""
        channels = self.shape.channels
        if channels.count == channels.total:
            return 0
        group = self.b.div(self.b.mul(block, channels.block_outputs), channels.group_outputs)
        first = self.b.mul(group, channels.group_inputs)
        return self.b.minimum_index(first, channels.total - channels.count)

    def _tile(
        self,
        place: Place,
        kernel_rows: tuple[Index, Index],
        tile_class: TileClass,
        outputs: Sequence[OutputRow],
    ) -> None:
        start = self.channels.start(outputs)

        def kernel_row(kh: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return self.channels.add(place, kh, tile_class, sums)

        sums = self.b.loop(*kernel_rows, 1, start * tile_class.size, kernel_row)
        for pixel in range(tile_class.size):
            of_pixel = sums[pixel * len(start) : (pixel + 1) * len(start)]
            results = self.channels.results(of_pixel, outputs)
            for output, value in zip(outputs, results, strict=True):
                output.finish(self.b.add(place.column, pixel), value)

    def _vector_index(self, block: Index, vector: int) -> Index:
        return self.b.add(self.b.mul(block, self.shape.vectors_in_tile), vector)
