"""The results of weight gradients made lane by lane: from accumulators to memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape, SumsPass


@dataclass(frozen=True)
class LaneResults:
    """A buffer [block, input channel of the group and tap, lane].

    Until `finish`, it holds masks in place of input channels.
    """

    b: KernelBuilder
    shape: LaneGradientShape
    buffer: SSAValue

    def zeros(self, each: SumsPass) -> list[SSAValue]:
        return [self.b.splat(0.0)] * len(self.shape.keys(each))

    def clear(self, block: Index) -> None:
        """Zeros in all of a block's results."""

        def clear_one(index: Index) -> None:
            self.b.store(self.b.splat(0.0), self.buffer, block, index, 0)

        self.b.each(0, self.shape.results, clear_one)

    def store(self, block: Index, each: SumsPass, sums: Sequence[SSAValue]) -> None:
        """The sums of a pass, over all sets."""
        for index, value in self._totals(each, sums).items():
            self.b.store(value, self.buffer, block, index, 0)

    def add(self, block: Index, each: SumsPass, sums: Sequence[SSAValue]) -> None:
        """Add a pass's sums to what is stored."""
        for index, value in self._totals(each, sums).items():
            stored = self.b.load(self.buffer, block, index, 0)
            self.b.store(self.b.addf(stored, value), self.buffer, block, index, 0)

    def finish(self, block: Index) -> None:
        """From masks to input channels: lanes change to their output channels'.

        Of mask m, lane l holds output channel l xor m and input channel l of the group. Input
        channel i of output channel o, then, comes from mask i xor o.
        """
        channels, taps = self.shape.group_channels, self.shape.problem.taps
        if channels == 1:
            return

        def of_tap(tap: Index) -> None:
            places = [self.b.add(tap, number * taps) for number in range(channels)]
            loaded = [self.b.load(self.buffer, block, place, 0) for place in places]
            by_output = [self._exchanged(value, mask) for mask, value in enumerate(loaded)]
            for number, place in enumerate(places):
                self.b.store(self._of_input(number, by_output), self.buffer, block, place, 0)

        self.b.each(0, taps, of_tap)

    def _exchanged(self, value: SSAValue, mask: int) -> SSAValue:
        if mask == 0:
            return value
        return self.b.shuffle(value, [lane ^ mask for lane in range(self.b.lanes)])

    def _of_input(self, number: int, by_output: Sequence[SSAValue]) -> SSAValue:
        """The vector of the group's input channel `number`, each lane from the mask that has it."""
        lanes, channels = self.b.lanes, self.shape.group_channels
        result = by_output[0]
        for mask in range(1, channels):
            taken = [(lane % channels) ^ number == mask for lane in range(lanes)]
            chosen = [lane + lanes * is_taken for lane, is_taken in enumerate(taken)]
            result = self.b.shuffle(result, chosen, by_output[mask])
        return result

    def _totals(self, each: SumsPass, sums: Sequence[SSAValue]) -> dict[Index, SSAValue]:
        """Result vector -> the sum of its sets."""
        totals: dict[int, SSAValue] = {}
        for (_, kh, kw), value in zip(self.shape.keys(each), sums, strict=True):
            tap = (kh - each.kernel_rows.start) * self.shape.columns.kernel + kw
            totals[tap] = value if tap not in totals else self.b.addf(totals[tap], value)
        return {self.b.add(each.first, tap): value for tap, value in totals.items()}
