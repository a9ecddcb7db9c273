"""Start values of accumulators, and rows of results."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernels.feature_map import FeatureMap


@dataclass(frozen=True)
class KernelOutput:
    """A feature map in channel blocks that is to be made, with the epilogue and its extra operands.

    An extra operand is [block, lane] where `per_channel` says so, else as the whole output.
    """

    b: KernelBuilder
    epilogue: Epilogue
    per_channel: Sequence[bool]
    extras: Sequence[SSAValue]
    map: FeatureMap

    def start_value(self, block: Index) -> SSAValue:
        """What an accumulator holds before the first multiply-add."""
        extra = self.epilogue.start_extra
        if extra is None:
            return self.b.splat(0.0)
        return self.b.load(self.extras[extra], block, 0)

    def row(self, image: Index, block: Index, row: Index) -> "OutputRow":
        return OutputRow(self, image, block, row, self.map.row(self.b, row))


@dataclass(frozen=True)
class OutputRow:
    """One row of a block's results; it lies at `stored_row` of the buffer."""

    output: KernelOutput
    image: Index
    block: Index
    row: Index
    stored_row: Index

    def start_value(self) -> SSAValue:
        return self.output.start_value(self.block)

    def finish(self, column: Index, value: SSAValue) -> None:
        """Apply the epilogue to a finished accumulator and store it."""
        output, b = self.output, self.output.b

        def load_extra(extra: int) -> SSAValue:
            if output.per_channel[extra]:
                return b.load(output.extras[extra], self.block, 0)
            place = (self.image, self.block, self.row, column, 0)
            return b.load(output.extras[extra], *place)

        result = output.epilogue.apply(b, value, load_extra)
        image = output.map.image(self.image)
        b.store(result, output.map.buffer, image, self.block, self.stored_row, column, 0)

    def prefetch(self, column: Index) -> None:
        """Ask for the cache line of a result that is to be stored."""
        image = self.output.map.image(self.image)
        place = (image, self.block, self.stored_row, column, 0)
        self.output.b.prefetch(self.output.map.buffer, *place, write=True)
