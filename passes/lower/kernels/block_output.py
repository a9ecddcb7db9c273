"""Start values and results of kernels whose accumulators are one vector of channels a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.epilogue import Epilogue


@dataclass(frozen=True)
class BlockOutput:
    """The output buffer [image, row, column, lane], with the epilogue and its extra operands.

    An extra operand is [block, lane] where `per_channel` says so, else as the output.
    """

    b: KernelBuilder
    epilogue: Epilogue
    per_channel: Sequence[bool]
    extras: Sequence[SSAValue]
    output: SSAValue

    def start_value(self, block: Index) -> SSAValue:
        """What an accumulator holds before the first multiply-add."""
        extra = self.epilogue.start_extra
        if extra is None:
            return self.b.splat(0.0)
        return self.b.load(self.extras[extra], block, 0)

    def finish(
        self, image: Index, block: Index, row: Index, column: Index, value: SSAValue
    ) -> None:
        """Apply the epilogue to a finished accumulator and store it."""

        def load_extra(extra: int) -> SSAValue:
            if self.per_channel[extra]:
                return self.b.load(self.extras[extra], block, 0)
            return self.b.load(self.extras[extra], image, row, column, 0)

        result = self.epilogue.apply(self.b, value, load_extra)
        self.b.store(result, self.output, image, row, column, 0)
