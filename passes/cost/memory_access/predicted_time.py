"""Time of a phase: whichever of ports, L1, L2 and the memory beyond takes longest.

Nothing is fitted: ports, clock, sizes and bandwidths are the target's; the host's are measured by
loops that do nothing else. Phases follow each other, so their times add up; inside a phase
out-of-order execution and prefetching overlap everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from convopt.backends.targets.description import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Phase, moved_beyond
from convopt.passes.cost.memory_access.replacement import missed_share

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

    L1 holds what was touched last; of what is more than L2 or L3 away, each holds a share.
    """
    cycles = 1e-9 / target.frequency_ghz
    vector = FLOAT_BYTES * target.lanes
    a_load = vector / target.l1_gbs * 1e-9
    a_store = max(cycles, a_load)
    l2 = _Elements(*moved_beyond(phase, USABLE * target.l1_bytes))
    beyond = _missed(phase, USABLE * target.l2_bytes)
    if target.l3_bytes:
        far = _missed(phase, USABLE * target.l3_bytes)
        near = _Elements(beyond.loaded - far.loaded, beyond.stored - far.stored)
        from_l3 = near.seconds(target.l3_gbs, target.l3_write_gbs)
    else:
        far, from_l3 = beyond, 0.0
    return PhaseTime(
        ports=(phase.fmas + phase.other_operations) / target.fma_ports * cycles,
        l1=max(phase.loads * a_load, phase.stores * a_store),
        l2=l2.seconds(target.l2_gbs, target.l2_write_gbs),
        beyond=from_l3 + far.seconds(target.dram_gbs, target.dram_write_gbs),
    )


def predicted_seconds(phases: Iterable[Phase], target: CpuTarget) -> float:
    """Of a layer (one phase) or a fused module, on one core."""
    return sum(phase_time(phase, target).seconds for phase in phases)


class _Elements(NamedTuple):
    """That a cache fetches, to load them and to store to them."""

    loaded: float
    stored: float

    def seconds(self, read_gbs: float, write_gbs: float) -> float:
        """Both one after the other: a copy is as fast as that, within a tenth."""
        return FLOAT_BYTES * (self.loaded / read_gbs + self.stored / write_gbs) * 1e-9


def _missed(phase: Phase, capacity: float) -> _Elements:
    """Expected, of a cache with `capacity` bytes that replaces at random."""
    loaded = stored = 0.0
    for access in phase.accesses:
        elements = access.elements * missed_share(access.distance, capacity)
        if access.is_store:
            stored += elements
        else:
            loaded += elements
    return _Elements(loaded, stored)
