"""Placing buffers of known size and lifetime in one block of memory."""

from collections.abc import Sequence
from dataclasses import dataclass

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""


@dataclass(frozen=True)
class Lifetime:
    """A buffer of `size` bytes that is needed from step `first` to step `last`, both included."""

    size: int
    first: int
    last: int

    def meets(self, other: "Lifetime") -> bool:
        return self.first <= other.last and other.first <= self.last


def aligned(size: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def largest_live_set(buffers: Sequence[Lifetime]) -> int:
    """Bytes alive at once at the worst step: no plan needs less."""
    steps = {buffer.first for buffer in buffers}
    return max(
        (sum(aligned(b.size) for b in buffers if b.first <= step <= b.last) for step in steps),
        default=0,
    )


def place(buffers: Sequence[Lifetime]) -> tuple[list[int], int]:
    """Byte offsets of the buffers and the bytes needed in all.

    Buffers are placed in several orders, each into the lowest gap among the placed buffers whose
    lifetimes meet its own; the best result counts.
    """
    orders = (
        lambda i: (-buffers[i].size, buffers[i].first),
        lambda i: (buffers[i].first, -buffers[i].size),
        lambda i: (buffers[i].first - buffers[i].last, -buffers[i].size),
    )
    plans = [_place_in_order(buffers, sorted(range(len(buffers)), key=key)) for key in orders]
    return min(plans, key=lambda plan: plan[1])


def _place_in_order(buffers: Sequence[Lifetime], order: Sequence[int]) -> tuple[list[int], int]:
    offsets = [0] * len(buffers)
    placed: list[int] = []
    total = 0
    for index in order:
        buffer = buffers[index]
        occupied = sorted(
            (offsets[other], offsets[other] + aligned(buffers[other].size))
            for other in placed
            if buffers[other].meets(buffer)
        )
        offset = 0
        for begin, end in occupied:
            if begin - offset >= aligned(buffer.size):
                break
            offset = max(offset, end)
        offsets[index] = offset
        placed.append(index)
        total = max(total, offset + aligned(buffer.size))
    return offsets, total
