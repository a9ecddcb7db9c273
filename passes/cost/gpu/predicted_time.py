"""The time that a kernel takes on a GPU, from its sizes alone.

    launch + |waves of blocks, L2's bandwidth, DRAM's bandwidth|

A multiprocessor holds as many blocks as its threads, registers and shared memory allow. A wave of
them takes

    |one block alone, sum of instructions issued, of multiply-adds, of passes through shared memory,
     of bytes from L2|

where a block alone waits for memory in each step, for what its few warps compute, for rows of
dependent multiply-adds and at barriers; with two buffers the waiting and the computing overlap.
|…| is close to the largest: what several resources do overlaps, though not wholly. Nothing is
fitted to measurements: latencies and bandwidths are the target's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from convopt.backends.targets import GpuTarget
from convopt.passes.cost.gpu.occupancy import resident_blocks
from convopt.passes.cost.gpu.streams import BlockLife, Copies, Stream, life_of
from convopt.passes.cost.gpu.traffic import KernelTraffic, blocks_of
from convopt.passes.cost.gpu.work import BARRIER, Work
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.shared import WORD_BYTES
from convopt.passes.geometry.blocks.threads import WARP

SCHEDULERS = 4
"""Of a multiprocessor, since Volta; each starts one instruction a cycle."""
_L2_BYTES_PER_CYCLE = 64
"""What L2 sends to one multiprocessor at most."""
_BLOCK_START = 300
"""Cycles before a block's first copy and after its last store: an estimate."""
_OVERLAP = 4
"""Exponent of |…|: two equal resources take 1.19 of the time of one."""


@dataclass(frozen=True)
class _Machine:
    """A multiprocessor while one block of `warps` works, or several."""

    target: GpuTarget
    warps: int
    memory_latency: int

    def cycles(self, work: Work) -> float:
        """One block alone."""
        issue = min(self.warps, SCHEDULERS)
        return max(
            (work.fmas + work.others) / issue,
            work.fmas / min(issue, self._fma_rate),
            work.wavefronts / self._shared_rate,
            work.matrix * self.target.matrix_cycles * SCHEDULERS / issue,
            work.chain,
        )

    def arrival(self, copies: Copies) -> float:
        if not copies.bytes:
            return 0.0
        return self.memory_latency + copies.bytes / _L2_BYTES_PER_CYCLE

    def asking(self, copies: Copies) -> float:
        return self.cycles(Work(0, copies.instructions, copies.wavefronts))

    def stream(self, stream: Stream) -> float:
        asking, arrival = self.asking(stream.copies), self.arrival(stream.copies)
        compute = self.cycles(stream.compute) + 2 * BARRIER
        if stream.buffers == 1 or stream.steps == 1:
            return stream.steps * (asking + arrival + compute)
        each = max(asking + compute, arrival)
        return asking + arrival + (stream.steps - 1) * each + compute

    def alone(self, life: BlockLife) -> float:
        streams = sum(map(self.stream, life.streams))
        return _BLOCK_START + streams + self.asking(life.first) + self.cycles(life.end)

    def throughput(self, life: BlockLife) -> float:
        """Cycles that each further block adds."""
        work, copied = _totals(life)
        return near_largest(
            (
                (work.fmas + work.others) / SCHEDULERS,
                work.fmas / self._fma_rate,
                work.wavefronts / self._shared_rate,
                work.matrix * self.target.matrix_cycles,
                copied / _L2_BYTES_PER_CYCLE,
            )
        )

    @property
    def _fma_rate(self) -> float:
        return self.target.cores_per_sm / WARP

    @property
    def _shared_rate(self) -> float:
        return self.target.shared_bytes_per_cycle / (WARP * WORD_BYTES)


def predicted_seconds(
    kernel: BlockKernel, traffic: KernelTraffic, target: GpuTarget, *, is_cold: bool
) -> float:
    """`is_cold`: filters come from DRAM. Precondition: the kernel fits (see problem_on)."""
    life = life_of(kernel, target)
    blocks, at_once = blocks_of(kernel), resident_blocks(kernel, target)
    latency = target.dram_latency if is_cold else target.l2_latency
    machine = _Machine(target, -(-kernel.threads // WARP), latency)
    alone, each = machine.alone(life), machine.throughput(life)
    most = -(-blocks // target.sms)
    waves, rest = divmod(most, min(at_once, most))
    cycles = waves * near_largest((alone, min(at_once, most) * each))
    if rest:
        cycles += near_largest((alone, rest * each))
    on_chip = cycles / target.frequency_ghz * 1e-9
    sent = blocks * _totals(life)[1] + WORD_BYTES * traffic.output
    l2 = sent / target.l2_gbs * 1e-9
    dram = _dram_bytes(kernel, traffic, target, is_cold) / target.dram_gbs * 1e-9
    return target.launch_us * 1e-6 + near_largest((on_chip, l2, dram))


def _dram_bytes(
    kernel: BlockKernel, traffic: KernelTraffic, target: GpuTarget, is_cold: bool
) -> int:
    """Activations that L2 does not hold come and go once, as do filters that are cold."""
    stages = kernel.stages
    weights = sum(stage.weight_elements for stage in stages.stages) if is_cold else 0
    activations = stages.first.input_elements + traffic.elementwise + traffic.output
    if WORD_BYTES * activations <= target.l2_bytes:
        activations = 0
    return WORD_BYTES * (weights + activations)


def _totals(life: BlockLife) -> tuple[Work, float]:
    work, copied = life.end + _as_work(life.first), life.first.bytes
    for stream in life.streams:
        work += (stream.compute + _as_work(stream.copies)) * stream.steps
        copied += stream.copies.bytes * stream.steps
    return work, copied


def _as_work(copies: Copies) -> Work:
    return Work(0, copies.instructions, copies.wavefronts)


def near_largest(times: Iterable[float]) -> float:
    return float(sum(time**_OVERLAP for time in times) ** (1 / _OVERLAP))
