"""The reduction of the pairs scheme: two input channels at a time.

Lane 2j of an accumulator sums the even input channels' shares of an output channel, lane 2j + 1 the
odd ones'. A pixel's pair of input channels is one value of 64 bits for all lanes. Output channels
that fill an odd number of half vectors leave no lane empty: 24 of them are three accumulators on
AVX-512 for two input channels, where two vectors would be four. Once a pixel, even and odd lanes
are added up.
"""

from collections.abc import Sequence
from functools import partial

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import TileClass
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape, Place
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.output_rows import OutputRow
from convopt.passes.lower.kernels.tile_shares import prefetch_next_band

UNROLLED_PAIRS = 4


class PairReduction:
    """Adds pairs of input channels to accumulators, for a 1x1 kernel."""

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

    @property
    def _unroll(self) -> int:
        return min(UNROLLED_PAIRS, self.b.lanes // 2)

    def start(self, outputs: Sequence[OutputRow]) -> list[SSAValue]:
        """Of one pixel's accumulators."""
        return [self.b.splat(0.0)] * self.shape.accumulators(self.b.lanes)

    def results(
        self, accumulators: Sequence[SSAValue], outputs: Sequence[OutputRow]
    ) -> list[SSAValue]:
        """One pixel's vectors of output channels."""
        halves = [*accumulators, self.b.splat(0.0)]
        return [
            self.b.addf(self._folded(halves[2 * v], halves[2 * v + 1]), output.start_value())
            for v, output in enumerate(outputs)
        ]

    def add(
        self, place: Place, kh: Index, tile_class: TileClass, sums: Sequence[SSAValue]
    ) -> Sequence[SSAValue]:
        """The sums with all input channels."""
        lanes = self.b.lanes
        whole, tail = divmod(self.shape.channels.count, lanes)

        def vector_of_channels(vector: Index, sums: Sequence[SSAValue]) -> Sequence[SSAValue]:
            prefetch_next_band(self.b, self.shape, place, vector, tile_class)
            step = partial(self._some_pairs, place, tile_class, vector)
            return self.b.loop(0, lanes // 2, self._unroll, sums, step)

        sums = self.b.loop(0, whole, 1, sums, vector_of_channels)
        for pair in range(-(-tail // 2)):
            sums = self._one_pair(place, tile_class, whole, pair, sums)
        return sums

    def input_row(self, row: Index, kh: Index) -> Index:
        """Where an input row lies."""
        return self.source.row(self.b, row)

    def _some_pairs(
        self,
        place: Place,
        tile_class: TileClass,
        vector: Index,
        first: Index,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        for offset in range(self._unroll):
            sums = self._one_pair(place, tile_class, vector, self.b.add(first, offset), sums)
        return sums

    def _one_pair(
        self,
        place: Place,
        tile_class: TileClass,
        vector: Index,
        pair: Index,
        sums: Sequence[SSAValue],
    ) -> list[SSAValue]:
        b, count = self.b, self.shape.accumulators(self.b.lanes)
        b.fence()
        number = b.add(b.mul(vector, b.lanes // 2), pair)
        weights = [b.load(self.weights, number, a, 0) for a in range(count)]
        if self.scale is not None:
            factors = b.load_pair_splat(self.scale, place.image, vector, b.mul(pair, 2))
            weights = [b.mulf(weight, factors) for weight in weights]
        image, row = self.source.image(place.image), self.input_row(place.row, 0)
        result = list(sums)
        for pixel in range(tile_class.size):
            at = (image, vector, row, b.add(place.column, pixel), b.mul(pair, 2))
            value = b.load_pair_splat(self.source.buffer, *at)
            for a, weight in enumerate(weights):
                at_sum = pixel * count + a
                result[at_sum] = b.fma(value, weight, result[at_sum])
        return result

    def _folded(self, low: SSAValue, high: SSAValue) -> SSAValue:
        """Sums of neighbouring lanes: those of `low` first."""
        lanes = self.b.lanes
        even = self.b.shuffle(low, range(0, 2 * lanes, 2), high)
        odd = self.b.shuffle(low, range(1, 2 * lanes, 2), high)
        return self.b.addf(even, odd)
