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

from convopt.convdialect.attributes import Parallel
from convopt.passes.geometry.axis_tiles import TileClass, tile_axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernels.broadcast_channels import ChannelReduction
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape, Place
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range

Range: TypeAlias = tuple[Index, Index]


class BroadcastKernel:
    """Writes the loops of one broadcast kernel."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: BroadcastShape,
        epilogue: Epilogue,
        per_channel: Sequence[bool],
    ):
        self.b = builder
        self.shape = shape
        self.epilogue = epilogue
        self.per_channel = per_channel
        source, weights, *others, self.output, self.begin, self.end = builder.arguments
        scale = others.pop(0) if shape.scaled else None
        self.channels = ChannelReduction(builder, shape, source, weights, scale)
        self.extras = others

    def write(self) -> None:
        shape = self.shape
        if shape.parallel is Parallel.BLOCKS:
            whole = partial(self._block, (0, shape.rows.outputs), (0, shape.columns.outputs))
            self.b.each(self.begin, self.end, whole)
            return
        share = (self.begin, self.end)
        part = partial(self._block, share, (0, shape.columns.outputs))
        if shape.is_collapsed:
            part = partial(self._block, (0, 1), share)
        self.b.each(0, shape.batch * shape.output_blocks, part)

    def _block(self, rows: Range, column_tiles: Range, unit: Index) -> None:
        image: Index = 0
        block = unit
        if self.shape.batch > 1:
            image, block = self.b.divmod(unit, self.shape.output_blocks)
        first_channel = self._first_channel(block)
        classes = tile_axis(self.shape.columns, self.shape.columns_in_tile)

        def tile_row(row: Index) -> None:
            kernel_rows = valid_kernel_range(self.b, self.shape.rows, row)
            for tile_class in classes:

                def tile(column: Index, tile_class: TileClass = tile_class) -> None:
                    place = Place(image, block, first_channel, row, column)
                    self._tile(place, kernel_rows, tile_class)

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

    def _tile(self, place: Place, kernel_rows: tuple[Index, Index], tile_class: TileClass) -> None:
        vectors = self.shape.vectors_in_tile
        start = [self._start_value(place.block, v) for v in range(vectors)]

        def kernel_row(kh: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return self.channels.add(place, kh, tile_class, sums)

        sums = self.b.loop(*kernel_rows, 1, start * tile_class.size, kernel_row)
        for position, value in enumerate(sums):
            pixel, v = divmod(position, vectors)
            self._finish(place, self.b.add(place.column, pixel), v, value)

    def _start_value(self, block: Index, vector: int) -> SSAValue:
        extra = self.epilogue.start_extra
        if extra is None:
            return self.b.splat(0.0)
        return self.b.load(self.extras[extra], self._vector_index(block, vector), 0)

    def _vector_index(self, block: Index, vector: int) -> Index:
        return self.b.add(self.b.mul(block, self.shape.vectors_in_tile), vector)

    def _finish(self, place: Place, column: Index, vector: int, value: SSAValue) -> None:
        at = self._vector_index(place.block, vector)

        def load_extra(extra: int) -> SSAValue:
            if self.per_channel[extra]:
                return self.b.load(self.extras[extra], at, 0)
            return self.b.load(self.extras[extra], place.image, at, place.row, column, 0)

        result = self.epilogue.apply(self.b, value, load_extra)
        self.b.store(result, self.output, place.image, at, place.row, column, 0)
