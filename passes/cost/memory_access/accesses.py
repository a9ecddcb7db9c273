"""What a kernel does to the memory of a CPU: accesses by reuse distance, and work for the ports.

The reuse distance of an access is how many bytes were touched since the same element was touched
last. A cache that forgets what was touched longest ago holds the element if it has room for that
many (Mattson et al., "Evaluation techniques for storage hierarchies", IBM Systems Journal 9(2),
1970). So one list of accesses gives the elements moved at every level: between registers and L1
all of them, beyond a cache those whose distance is more than it holds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import NamedTuple

from convopt.passes.cost.memory_access.traffic import Traffic

COLD = inf
"""The distance of what was never touched, or so long ago that no cache holds it."""


class Operand(Enum):
    """What is accessed. `INTERMEDIATE`: a result that a later phase of a fused module reads.
    `EXTRA`: operands of the epilogue."""

    INPUT = "input"
    WEIGHTS = "weights"
    INTERMEDIATE = "intermediate"
    OUTPUT = "output"
    EXTRA = "extra"


class Access(NamedTuple):
    """`elements` floats loaded or stored, all at one reuse distance in bytes.

    `window`: the part of the phase's time in which they are wanted, such as that of the first of
    many tiles; 1: all the time.
    """

    operand: Operand
    elements: int
    distance: float
    is_store: bool = False
    window: float = 1.0


@dataclass(frozen=True)
class Phase:
    """A nest of loops: one kernel, or one stage of a fused module over all its bands.

    `fmas` and `other_operations` are vector instructions for the same ports: multiply-adds;
    rotations and the epilogue. `loads` and `stores` are instructions, of a vector or of one float
    for all lanes. `loops`: tiles that are a loop, whose end the next tile waits for.
    """

    name: str
    fmas: int
    other_operations: int
    loads: int
    stores: int
    accesses: tuple[Access, ...]
    loops: int = 0


class Moved(NamedTuple):
    """Elements by direction; lines that are to be written are fetched first, which is `stored`."""

    loaded: int
    stored: int


def moved_beyond(phase: Phase, capacity: float) -> Moved:
    """Elements that a cache of `capacity` bytes fetches, to load them and to store to them."""
    far = [access for access in phase.accesses if access.distance > capacity]
    return Moved(
        sum(access.elements for access in far if not access.is_store),
        sum(access.elements for access in far if access.is_store),
    )


def traffic_beyond(phases: Iterable[Phase], capacity: float) -> Traffic:
    """The same elements by what they are; epilogue operands are input."""
    sums: Counter[Operand] = Counter()
    for phase in phases:
        for access in phase.accesses:
            if access.distance > capacity:
                sums[access.operand] += access.elements
    return Traffic(
        sums[Operand.INPUT] + sums[Operand.EXTRA],
        sums[Operand.WEIGHTS],
        sums[Operand.INTERMEDIATE],
        sums[Operand.OUTPUT],
    )


def combined(accesses: Iterable[Access]) -> tuple[Access, ...]:
    """Accesses that differ in nothing but their number become one; none are left out."""
    sums: Counter[Access] = Counter()
    for access in accesses:
        sums[access._replace(elements=1)] += access.elements
    return tuple(
        access._replace(elements=elements) for access, elements in sums.items() if elements
    )


def total_of(name: str, phases: list[Phase]) -> Phase:
    """All of them as one phase; windows become the mean one."""
    window = _mean_window(phases)
    times = Counter(phases)
    return Phase(
        name,
        sum(phase.fmas for phase in phases),
        sum(phase.other_operations for phase in phases),
        sum(phase.loads for phase in phases),
        sum(phase.stores for phase in phases),
        combined(
            access._replace(
                elements=count * access.elements,
                window=access.window if access.window == 1 else window,
            )
            for phase, count in times.items()
            for access in phase.accesses
        ),
        sum(phase.loops for phase in phases),
    )


def _mean_window(phases: list[Phase]) -> float:
    """By multiply-adds, which stand for time."""
    fmas = sum(phase.fmas for phase in phases)
    if not fmas:
        return 1.0
    windows = (min((a.window for a in phase.accesses), default=1.0) for phase in phases)
    weighted = zip(phases, windows, strict=True)
    return sum(phase.fmas * window for phase, window in weighted) / fmas
