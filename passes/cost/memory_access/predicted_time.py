"""Time of a phase: whichever of ports, L1, L2 and the memory beyond takes longest.

Nothing is fitted: ports, clock, sizes and bandwidths are the target's. Phases follow each other, so
their times add up; inside a phase out-of-order execution and prefetching overlap everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from convopt.backends.targets.description import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Moved, Phase, moved_beyond

USABLE = 0.75
"""The part of a cache that data of a kernel can count on: the rest goes to what passes by, to other
data, and to uneven use of the sets."""


@dataclass(frozen=True)
class PhaseTime:
    """Seconds that each part of the core and its memory is busy."""

    ports: float
    l1: float
    l2: float
    beyond: float

    @property
    def seconds(self) -> float:
        return max(self.ports, self.l1, self.l2, self.beyond)


def phase_time(phase: Phase, target: CpuTarget) -> PhaseTime:
    """When nothing else runs on the core.

    Between L1 and L2 a stored line goes twice, to be fetched and to be written back. Beyond, the
    way back is another one, and only the fetch is waited for.
    """
    cycles = 1e-9 / target.frequency_ghz
    vector = FLOAT_BYTES * target.lanes
    a_load = vector / target.l1_gbs * 1e-9
    a_store = max(cycles, a_load)
    l2 = moved_beyond(phase, USABLE * target.l1_bytes)
    beyond = moved_beyond(phase, USABLE * target.l2_bytes)
    far = moved_beyond(phase, USABLE * target.l3_bytes) if target.l3_bytes else beyond
    near = Moved(beyond.loaded - far.loaded, beyond.stored - far.stored)
    from_l3 = _seconds(sum(near), target.l3_gbs) if target.l3_bytes else 0.0
    return PhaseTime(
        ports=(phase.fmas + phase.other_operations) / target.fma_ports * cycles,
        l1=max(phase.loads * a_load, phase.stores * a_store),
        l2=_seconds(l2.loaded + 2 * l2.stored, target.l2_gbs),
        beyond=from_l3 + _seconds(sum(far), target.dram_gbs),
    )


def predicted_seconds(phases: Iterable[Phase], target: CpuTarget) -> float:
    """Of a layer (one phase) or a fused module, on one core."""
    return sum(phase_time(phase, target).seconds for phase in phases)


def _seconds(elements: int, gbs: float) -> float:
    return elements * FLOAT_BYTES / gbs * 1e-9
