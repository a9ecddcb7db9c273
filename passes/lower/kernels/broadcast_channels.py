"""The reduction of the broadcast scheme: all input channels into a register tile."""

from collections.abc import Sequence
from functools import partial

from xdsl.ir import SSAValue

from convopt.convdialect.schedules import Prefetch
from convopt.passes.geometry.axis_tiles import TileClass
from convopt.passes.geometry.tile_code import PIXELS_IN_FLIGHT
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape, Place
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.output_rows import OutputRow
from convopt.passes.lower.kernels.tile_shares import prefetch_next_band, prefetch_next_weights

UNROLLED_FMAS = 32
"""The channel loop's body is repeated until it has about this many FMAs; more is not faster."""


class ChannelReduction:
    """Adds input channels to accumulators: pixels times vectors of output channels."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: BroadcastShape,
        source: FeatureMap,
        weights: SSAValue,
        scale: SSAValue | None = None,
    ):
        self.b = builder
        self.shape = shape
        self.source = source
        self.weights = weights
        self.scale = scale

    def start(self, outputs: Sequence[OutputRow]) -> list[SSAValue]:
        """Of one pixel's accumulators."""
        return [output.start_value() for output in outputs]

    def results(
        self, accumulators: Sequence[SSAValue], outputs: Sequence[OutputRow]
    ) -> Sequence[SSAValue]:
        """One pixel's vectors of output channels."""
        return accumulators

    def add(
        self, place: Place, kh: Index, tile_class: TileClass, sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """The sums with one kernel row's share of every input channel of the block."""
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
            if self.shape.prefetch is Prefetch.WEIGHTS:
                prefetch_next_weights(
                    self.b, self.shape, place, self.weights, kh, index, tile_class
                )
            prefetch_next_band(self.b, self.shape, place, index, tile_class)
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
        place: Place,
        kh: Index,
        tile_class: TileClass,
        unroll: int,
        first: Index,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        for offset in range(unroll):
            self.b.fence()
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
        place: Place,
        kh: Index,
        tile_class: TileClass,
        vector: Index,
        local_vector: Index,
        lanes: int,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """The first `lanes` input channels of one channel vector."""
        local_first = self.b.mul(local_vector, self.b.lanes)
        if self.shape.weights_first:
            return self._some_pixels_at_a_time(
                place, kh, tile_class, vector, local_first, lanes, sums
            )
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
                self.b.fence()
                at = self.b.add(lane, offset)
                local = self.b.add(local_first, at)
                sums = self._one_channel(place, kh, tile_class, vector, at, local, sums)
            return sums

        return self.b.loop(0, lanes, unroll, sums, some_lanes)

    def _some_pixels_at_a_time(
        self,
        place: Place,
        kh: Index,
        tile_class: TileClass,
        vector: Index,
        local_first: Index,
        lanes: int,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """The same for a 1x1 kernel with all weights of the channel vector in registers."""
        weights = [
            self._weights(place, kh, 0, vector, lane, self.b.add(local_first, lane))
            for lane in range(lanes)
        ]
        result = list(sums)
        vectors = self.shape.vectors_in_tile
        inside = [o for o in range(tile_class.size) if tile_class.valid[o][0]]
        for first in range(0, len(inside), PIXELS_IN_FLIGHT):
            outputs = inside[first : first + PIXELS_IN_FLIGHT]
            self.b.fence()
            positions = [
                self._input_position(place, kh, o * self.shape.columns.stride) for o in outputs
            ]
            pixels = [self._load_vector(place, vector, position) for position in positions]
            for lane in range(lanes):
                for o, pixel in zip(outputs, pixels, strict=True):
                    value = self.b.splat_lane(pixel, lane)
                    for v in range(vectors):
                        at = o * vectors + v
                        result[at] = self.b.fma(value, weights[lane][v], result[at])
        return result

    def _weights(
        self, place: Place, kh: Index, kw: int, vector: Index, lane: Index, local: Index
    ) -> list[SSAValue]:
        """The tile's weights of one tap and input channel, times the channel's scale if any."""
        vectors = self.shape.vectors_in_tile
        weights = [
            self.b.load(self.weights, place.block, kh, local, kw * vectors + v, 0)
            for v in range(vectors)
        ]
        if self.scale is None:
            return weights
        factor = self.b.load_splat(self.scale, place.image, vector, lane)
        return [self.b.mulf(weight, factor) for weight in weights]

    def _one_channel(
        self,
        place: Place,
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
        for kw in range(axis.kernel):
            outputs = [o for o in range(tile_class.size) if tile_class.valid[o][kw]]
            if not outputs:
                continue
            weights = self._weights(place, kh, kw, vector, lane, local)
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
        self, place: Place, kh: Index, tile_class: TileClass, vector: Index
    ) -> dict[int, SSAValue]:
        axis = self.shape.columns
        offsets = {
            o * axis.stride + kw * axis.dilation
            for o, taps in enumerate(tile_class.valid)
            for kw, is_valid in enumerate(taps)
            if is_valid
        }
        return {
            offset: self._load_vector(place, vector, self._input_position(place, kh, offset))
            for offset in sorted(offsets)
        }

    def _load_vector(self, place: Place, vector: Index, position: tuple[Index, Index]) -> SSAValue:
        image = self.source.image(place.image)
        return self.b.load(self.source.buffer, image, vector, *position, 0)

    def _load_value(
        self, place: Place, kh: Index, offset: int, vector: Index, lane: Index
    ) -> SSAValue:
        position = self._input_position(place, kh, offset)
        lanes = (lane,) if self.shape.blocked_input else ()
        image = self.source.image(place.image)
        return self.b.load_splat(self.source.buffer, image, vector, *position, *lanes)

    def _input_position(self, place: Place, kh: Index, offset: int) -> tuple[Index, Index]:
        columns = self.shape.columns
        column = self.b.mul(place.column, columns.stride)
        return self.input_row(place.row, kh), self.b.add(column, offset - columns.pad)

    def input_row(self, row: Index, kh: Index) -> Index:
        """Where the input row lies that kernel row `kh` reads for output row `row`."""
        rows = self.shape.rows
        at = self.b.add(self.b.mul(row, rows.stride), self.b.mul(kh, rows.dilation))
        return self.source.row(self.b, self.b.add(at, -rows.pad))


def _unroll(fmas: int, count: int) -> int:
    """How often a body of `fmas` is repeated: a divisor of `count`."""
    wanted = max(1, UNROLLED_FMAS // fmas)
    return max(d for d in range(1, count + 1) if count % d == 0 and d <= wanted)
