"""Least times of cases, weights cold, taken in turn on one core."""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import Run, Sample, interleaved, undisturbed
from convopt.benchmarks.prediction.cold_calls import ColdCalls, SharedMemory
from convopt.benchmarks.prediction.compiled import CompiledCase


@dataclass(frozen=True)
class Measured:
    """Least seconds of a call over `samples` undisturbed bursts, and the speed of multiply-adds
    beside that burst, in GFLOP/s."""

    seconds: float
    peak_gflops: float
    samples: int


def measured(
    cases: Sequence[CompiledCase], target: CpuTarget, machine: Machine, rounds: int
) -> list[Measured]:
    """Every case once a round, so that all see the same clock and the same neighbours."""
    memory = SharedMemory.of([case.interface for case in cases], target)
    runs: list[Run] = [ColdCalls(case.code, case.interface, target, memory).run for case in cases]
    found = interleaved(runs, rounds, machine.peak_gflops)
    best_peak = max(one.peak_gflops for samples in found for one in samples)
    return [least(samples, best_peak) for samples in found]


def least(samples: Sequence[Sample], best_peak: float) -> Measured:
    """The fastest of the undisturbed samples."""
    kept = undisturbed(samples, best_peak)
    fastest = min(kept, key=lambda one: one.seconds)
    return Measured(fastest.seconds, fastest.peak_gflops, len(kept))
