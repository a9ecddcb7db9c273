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
from dataclasses import dataclass
from functools import partial

from xdsl.ir import Attribute, SSAValue

from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.lower.builder import Index, KernelBuilder, f32_memref
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range

UNROLLED_FMAS = 32
"""The channel loop's body is repeated until it has about this many FMAs; more is not faster."""


@dataclass(frozen=True)
class BroadcastShape:
    """What the loops need to know; `rows` and `columns` may be a collapsed image (1x1 kernels)."""

    batch: int
    rows: Axis
    columns: Axis
    channels: InputChannels
    output_vectors: int
    blocked_input: bool
    columns_in_tile: int
    vectors_in_tile: int
    parallel_rows: bool
    indexed_fma: bool
    scaled: bool

    @property
    def output_blocks(self) -> int:
        return self.output_vectors // self.vectors_in_tile

    @property
    def parallel_extent(self) -> int:
        return self.rows.outputs if self.parallel_rows else self.batch * self.output_blocks

    def whole_vectors(self, lanes: int) -> bool:
        """Whether every block's input channels start at a whole vector (a tail at the end only)."""
        one_range = self.channels.count == self.channels.total
        return self.blocked_input and (one_range or self.channels.group_inputs % lanes == 0)

    def argument_types(self, lanes: int, extras: Sequence[bool]) -> list[Attribute]:
        """Input, weights, scale if any, extras, output."""
        inputs = -(-self.channels.total // lanes)
        image = (self.rows.inputs, self.columns.inputs)
        if self.blocked_input:
            source = f32_memref(self.batch, inputs, *image, lanes)
        else:
            source = f32_memref(self.batch, self.channels.total, *image)
        taps = self.columns.kernel * self.vectors_in_tile
        weights = f32_memref(self.output_blocks, self.rows.kernel, self.channels.count, taps, lanes)
        size = (self.rows.outputs, self.columns.outputs)
        output = f32_memref(self.batch, self.output_vectors, *size, lanes)
        per_channel = f32_memref(self.output_vectors, lanes)
        return [
            source,
            weights,
            *([f32_memref(self.batch, inputs, lanes)] if self.scaled else []),
            *(per_channel if channel else output for channel in extras),
            output,
        ]


@dataclass(frozen=True)
class _Place:
    """Where a register tile lies: indices of image, output block, first input channel, row."""

    image: Index
    block: Index
    first_channel: Index
    row: Index
    column: Index


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
        arguments = list(builder.arguments)
        self.begin, self.end = arguments[-2:]
        self.input, self.weights = arguments[:2]
        self.scale = arguments[2] if shape.scaled else None
        self.extras = arguments[3 if shape.scaled else 2 : -3]
        self.output = arguments[-3]

    def write(self) -> None:
        shape = self.shape
        if not shape.parallel_rows:
            whole = partial(self._block, 0, shape.rows.outputs)
            self.b.each(self.begin, self.end, whole)
            return
        part = partial(self._block, self.begin, self.end)
        self.b.each(0, shape.batch * shape.output_blocks, part)

    def _block(self, first_row: Index, stop_row: Index, unit: Index) -> None:
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
                    place = _Place(image, block, first_channel, row, column)
                    self._tile(place, kernel_rows, tile_class)

                self.b.each(tile_class.start, tile_class.stop, tile, step=tile_class.size)

        self.b.each(first_row, stop_row, tile_row)

    def _first_channel(self, block: Index) -> Index:
        """`InputChannels.first` as an index in the kernel."""
        channels = self.shape.channels
        if channels.count == channels.total:
            return 0
        group = self.b.div(self.b.mul(block, channels.block_outputs), channels.group_outputs)
        first = self.b.mul(group, channels.group_inputs)
        return self.b.minimum_index(first, channels.total - channels.count)

    def _tile(self, place: _Place, kernel_rows: tuple[Index, Index], tile_class: TileClass) -> None:
        vectors = self.shape.vectors_in_tile
        start = [self._start_value(place.block, v) for v in range(vectors)]

        def kernel_row(kh: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return self._all_channels(place, kh, tile_class, sums)

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

    # -- input channels

    def _all_channels(
        self, place: _Place, kh: Index, tile_class: TileClass, sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        fmas = sum(map(sum, tile_class.valid)) * self.shape.vectors_in_tile
        if fmas == 0:
            return sums
        count = self.shape.channels.count
        if not self.shape.whole_vectors(self.b.lanes):
            unroll = _unroll(fmas, count)
            step = partial(self._flat_channels, place, kh, tile_class, unroll)
            return self.b.loop(0, count, unroll, sums, step)
        whole, tail = divmod(count, self.b.lanes)
        first_vector = self.b.div(place.first_channel, self.b.lanes)

        def vector_of_channels(index: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            return self._vector_channels(
                place, kh, tile_class, self.b.add(first_vector, index), index, self.b.lanes, sums
            )

        sums = self.b.loop(0, whole, 1, sums, vector_of_channels)
        if tail == 0:
            return sums
        last = self.b.add(first_vector, whole)
        return self._vector_channels(place, kh, tile_class, last, whole, tail, sums)

    def _flat_channels(
        self,
        place: _Place,
        kh: Index,
        tile_class: TileClass,
        unroll: int,
        first: Index,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        for offset in range(unroll):
            local = self.b.add(first, offset)
            channel = self.b.add(place.first_channel, local)
            if self.shape.blocked_input:
                vector, lane = self.b.divmod(channel, self.b.lanes)
            else:
                vector, lane = channel, 0
            sums = self._one_channel(place, kh, tile_class, vector, lane, local, sums)
        return sums

    def _vector_channels(
        self,
        place: _Place,
        kh: Index,
        tile_class: TileClass,
        vector: Index,
        local_vector: Index,
        lanes: int,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """The first `lanes` input channels of one channel vector."""
        local_first = self.b.mul(local_vector, self.b.lanes)
        if self.shape.indexed_fma:
            pixels = self._pixel_vectors(place, kh, tile_class, vector)
            for lane in range(lanes):
                local = self.b.add(local_first, lane)
                sums = self._one_channel(place, kh, tile_class, vector, lane, local, sums, pixels)
            return sums
        fmas = sum(map(sum, tile_class.valid)) * self.shape.vectors_in_tile
        unroll = _unroll(fmas, lanes)

        def some_lanes(lane: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            for offset in range(unroll):
                at = self.b.add(lane, offset)
                local = self.b.add(local_first, at)
                sums = self._one_channel(place, kh, tile_class, vector, at, local, sums)
            return sums

        return self.b.loop(0, lanes, unroll, sums, some_lanes)

    def _one_channel(
        self,
        place: _Place,
        kh: Index,
        tile_class: TileClass,
        vector: Index,
        lane: Index,
        local: Index,
        sums: Sequence[SSAValue],
        pixels: dict[int, SSAValue] | None = None,
    ) -> list[SSAValue]:
        """Add one input channel's share; `local` is its index among the block's channels."""
        vectors = self.shape.vectors_in_tile
        axis = self.shape.columns
        result = list(sums)
        values: dict[int, SSAValue] = {}
        factor = self._scale_of(place.image, vector, lane)
        for kw in range(axis.kernel):
            outputs = [o for o in range(tile_class.size) if tile_class.valid[o][kw]]
            if not outputs:
                continue
            weights = [
                self.b.load(self.weights, place.block, kh, local, kw * vectors + v, 0)
                for v in range(vectors)
            ]
            if factor is not None:
                weights = [self.b.mulf(weight, factor) for weight in weights]
            for o in outputs:
                offset = o * axis.stride + kw * axis.dilation
                if offset not in values:
                    values[offset] = (
                        self.b.splat_lane(pixels[offset], lane)
                        if pixels is not None and isinstance(lane, int)
                        else self._load_value(place, kh, offset, vector, lane)
                    )
                for v in range(vectors):
                    at = o * vectors + v
                    result[at] = self.b.fma(values[offset], weights[v], result[at])
        return result

    def _pixel_vectors(
        self, place: _Place, kh: Index, tile_class: TileClass, vector: Index
    ) -> dict[int, SSAValue]:
        axis = self.shape.columns
        offsets = {
            o * axis.stride + kw * axis.dilation
            for o, taps in enumerate(tile_class.valid)
            for kw, is_valid in enumerate(taps)
            if is_valid
        }
        return {
            offset: self.b.load(
                self.input, place.image, vector, *self._input_position(place, kh, offset), 0
            )
            for offset in sorted(offsets)
        }

    def _load_value(
        self, place: _Place, kh: Index, offset: int, vector: Index, lane: Index
    ) -> SSAValue:
        position = self._input_position(place, kh, offset)
        if self.shape.blocked_input:
            return self.b.load_splat(self.input, place.image, vector, *position, lane)
        return self.b.load_splat(self.input, place.image, vector, *position)

    def _input_position(self, place: _Place, kh: Index, offset: int) -> tuple[Index, Index]:
        rows, columns = self.shape.rows, self.shape.columns
        row = self.b.add(self.b.mul(place.row, rows.stride), self.b.mul(kh, rows.dilation))
        column = self.b.mul(place.column, columns.stride)
        return self.b.add(row, -rows.pad), self.b.add(column, offset - columns.pad)

    def _scale_of(self, image: Index, vector: Index, lane: Index) -> SSAValue | None:
        if self.scale is None:
            return None
        return self.b.load_splat(self.scale, image, vector, lane)

    def _finish(self, place: _Place, column: Index, vector: int, value: SSAValue) -> None:
        at = self._vector_index(place.block, vector)

        def load_extra(extra: int) -> SSAValue:
            if self.per_channel[extra]:
                return self.b.load(self.extras[extra], at, 0)
            return self.b.load(self.extras[extra], place.image, at, place.row, column, 0)

        result = self.epilogue.apply(self.b, value, load_extra)
        self.b.store(result, self.output, place.image, at, place.row, column, 0)


def _unroll(fmas: int, channels: int) -> int:
    """How many channels one iteration takes: a divisor of `channels`, 64 FMAs or the next less."""
    wanted = max(1, UNROLLED_FMAS // fmas)
    return max(d for d in range(1, channels + 1) if channels % d == 0 and d <= wanted)
