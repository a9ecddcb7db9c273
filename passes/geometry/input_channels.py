"""Which input channels a block of output channels of a grouped convolution reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InputChannels:
    """Which input channels a block of output channels reads: [first, first + count)."""

    total: int
    count: int
    group_inputs: int
    group_outputs: int
    block_outputs: int

    @staticmethod
    def of(channels: int, outputs: int, groups: int, block_outputs: int) -> "InputChannels":
        """`block_outputs` output channels are computed together."""
        group_inputs, group_outputs = channels // groups, outputs // groups
        spans = [
            _groups_touched(start, min(start + block_outputs, outputs), group_outputs)
            for start in range(0, outputs, block_outputs)
        ]
        count = max(spans) * group_inputs
        return InputChannels(channels, count, group_inputs, group_outputs, block_outputs)

    def first(self, block: int) -> int:
        """First input channel of an output block; the range never leaves the input."""
        group = block * self.block_outputs // self.group_outputs
        return min(group * self.group_inputs, self.total - self.count)


def _groups_touched(start: int, stop: int, group_outputs: int) -> int:
    return (stop - 1) // group_outputs - start // group_outputs + 1
