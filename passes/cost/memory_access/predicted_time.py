"""Time of a phase, from what keeps the core busy and what the memory beyond L2 takes.

Nothing is fitted: ports, clock, sizes and bandwidths are the target's; the host's are measured by
loops that do nothing else. Phases follow each other, so their times add up. In a phase the core
takes whichever of ports, L1 and L2 is slowest: out-of-order execution overlaps these, but not the
end of a tile with the next one's loop. The memory beyond L2 is overlapped in part: a core whose
scheduler is full of multiply-adds that wait for a line asks for no other. Taken is the root of the
sum of squares, between the longer of both times and their sum. (A loop on an AVX-512 server whose
multiply-adds use what it streams from L3 took 0.2 to 0.4 of the shorter time more than the longer
one where both are about equal; the root says 0.41 at most.) Weights that come from afar pass only
while the first tile works that wants them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from convopt.backends.targets.description import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Access, Phase, moved_beyond
from convopt.passes.cost.memory_access.replacement import missed_share
from convopt.passes.cost.tile_cycles import TILE_OVERHEAD

USABLE = 0.75
"""The part of a cache that data of a kernel can count on: the rest goes to what passes by, to other
data, and to uneven use of the sets."""


class Burst(NamedTuple):
    """Seconds of the memory beyond L2 that may pass in a part, `window`, of a phase only."""

    window: float
    seconds: float


@dataclass(frozen=True)
class PhaseTime:
    """Seconds that each part of the core and its memory is busy; `bursts` are in `beyond`."""

    ports: float
    l1: float
    l2: float
    beyond: float
    bursts: tuple[Burst, ...] = ()

    @property
    def seconds(self) -> float:
        bursts = sum(burst.seconds for burst in self.bursts)
        return hypot(self.core, max(0.0, self.beyond - bursts)) + self.waiting

    @property
    def core(self) -> float:
        """If everything were in L2."""
        return max(self.ports, self.l1, self.l2)

    @property
    def waiting(self) -> float:
        """What bursts take beyond the work that goes on meanwhile."""
        return sum(
            hypot(window * self.core, seconds) - window * self.core
            for window, seconds in self.bursts
        )


def phase_time(phase: Phase, target: CpuTarget) -> PhaseTime:
    """When nothing else runs on the core.

    L1 holds what was touched last; of what is more than L2 or L3 away, each holds a share.
    """
    cycle = 1e-9 / target.frequency_ghz
    vector = FLOAT_BYTES * target.lanes
    a_load = vector / target.l1_gbs * 1e-9
    l2 = _Elements(*moved_beyond(phase, USABLE * target.l1_bytes))
    return PhaseTime(
        ports=_port_cycles(phase, target) * cycle,
        l1=max(phase.loads * a_load, phase.stores * max(cycle, a_load)),
        l2=l2.seconds(target.l2_gbs, target.l2_write_gbs),
        beyond=_beyond_seconds(phase.accesses, target),
        bursts=tuple(
            Burst(window, _beyond_seconds(accesses, target))
            for window, accesses in _by_window(phase.accesses).items()
            if window < 1
        ),
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


def _port_cycles(phase: Phase, target: CpuTarget) -> float:
    """Multiply-adds and the rest; the results of a loop leave after it, one vector a cycle.

    A loop of 24 accumulators that does nothing else, with data in L1, takes 27 to 32 cycles more
    than its multiply-adds on an AVX-512 server.
    """
    cycles = (phase.fmas + phase.other_operations) / target.fma_ports
    if not phase.loops:
        return cycles
    leaving = max(0.0, phase.stores - phase.other_operations / target.fma_ports)
    return cycles + leaving + phase.loops * TILE_OVERHEAD


def _by_window(accesses: Iterable[Access]) -> dict[float, list[Access]]:
    found: dict[float, list[Access]] = {}
    for access in accesses:
        found.setdefault(access.window, []).append(access)
    return found


def _beyond_seconds(accesses: Sequence[Access], target: CpuTarget) -> float:
    """What L3 and DRAM take for what L2 lacks."""
    beyond = _missed(accesses, USABLE * target.l2_bytes)
    if not target.l3_bytes:
        return beyond.seconds(target.dram_gbs, target.dram_write_gbs)
    far = _missed(accesses, USABLE * target.l3_bytes)
    near = _Elements(beyond.loaded - far.loaded, beyond.stored - far.stored)
    from_l3 = near.seconds(target.l3_gbs, target.l3_write_gbs)
    return from_l3 + far.seconds(target.dram_gbs, target.dram_write_gbs)


def _missed(accesses: Iterable[Access], capacity: float) -> _Elements:
    """Expected, of a cache with `capacity` bytes that replaces at random."""
    loaded = stored = 0.0
    for access in accesses:
        elements = access.elements * missed_share(access.distance, capacity)
        if access.is_store:
            stored += elements
        else:
            loaded += elements
    return _Elements(loaded, stored)
