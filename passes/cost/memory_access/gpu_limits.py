"""What a block of threads may hold, and the tile it works on."""

from dataclasses import dataclass

from convopt.backends.targets.description import GpuTarget

STREAMED_CHANNELS = 32
"""Reductions over channels are streamed through shared memory in chunks of so many."""
ACCUMULATOR_BYTES = 128 * 1024
"""Of a block's registers (256 KiB a multiprocessor on all shipped targets), half for sums."""


@dataclass(frozen=True)
class GpuLimits:
    """Multiprocessors; L1 of one of them and shared memory of one block, in bytes."""

    sms: int
    l1_bytes: int
    shared_bytes: int
    element_bytes: int = 4

    @staticmethod
    def of(target: GpuTarget) -> "GpuLimits":
        return GpuLimits(target.sms, target.l1_bytes_per_sm, target.shared_bytes_per_block)

    def hold(self, *, shared: int, sums: int = 0, in_l1: int = 0) -> bool:
        """Whether a block's elements have room.

        `shared`: elements that persist in shared memory or are staged there; `sums`: 32-bit
        accumulators; `in_l1`: elements that have to stay in L1.
        """
        return (
            shared * self.element_bytes <= self.shared_bytes
            and sums * 4 <= ACCUMULATOR_BYTES
            and in_l1 * self.element_bytes <= self.l1_bytes
        )


@dataclass(frozen=True, order=True)
class BlockTile:
    """What a block makes: `filters` output channels of `rows` x `columns` output pixels."""

    filters: int
    rows: int
    columns: int
