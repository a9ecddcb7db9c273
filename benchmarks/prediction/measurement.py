"""Least times of cases, weights cold, taken in turn on one core."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import Run, Sample, interleaved, is_undisturbed
from convopt.benchmarks.prediction.cold_calls import ColdCalls, SharedMemory
from convopt.benchmarks.prediction.compiled import CompiledCase

ENOUGH = 4
"""Undisturbed samples of a case."""
MOST_PASSES = 12


@dataclass(frozen=True)
class Measured:
    """Least seconds of a call over `undisturbed` bursts, and the speed of multiply-adds beside that
    burst in GFLOP/s.

    Where no burst was undisturbed (0), it is the least of all: a neighbour slowed it down.
    """

    seconds: float
    peak_gflops: float
    undisturbed: int


def measured(
    cases: Sequence[CompiledCase], target: CpuTarget, machine: Machine, rounds: int
) -> list[Measured]:
    """Every case once a round, so that all see the same clock and the same neighbours.

    Those with too few undisturbed samples are measured again, several times if need be.
    """
    memory = SharedMemory.of([case.interface for case in cases], target)
    runs = [ColdCalls(case.code, case.interface, target, memory).run for case in cases]
    samples = sampled(
        runs, lambda some: interleaved(some, rounds, machine.peak_gflops), MOST_PASSES
    )
    best_peak = _best_peak(samples)
    return [least(each, best_peak) for each in samples]


def sampled(
    runs: Sequence[Run],
    sample: Callable[[Sequence[Run]], list[list[Sample]]],
    most_passes: int,
) -> list[list[Sample]]:
    """Samples of every run; each pass takes those that still lack undisturbed ones."""
    samples: list[list[Sample]] = [[] for _ in runs]
    lacking = list(range(len(runs)))
    for _ in range(most_passes):
        for number, more in zip(lacking, sample([runs[each] for each in lacking]), strict=True):
            samples[number] += more
        best_peak = _best_peak(samples)
        lacking = [
            number
            for number, each in enumerate(samples)
            if sum(is_undisturbed(one, best_peak) for one in each) < ENOUGH
        ]
        if not lacking:
            break
    return samples


def least(samples: Sequence[Sample], best_peak: float) -> Measured:
    """The fastest of the undisturbed samples."""
    kept = [one for one in samples if is_undisturbed(one, best_peak)]
    fastest = min(kept or samples, key=lambda one: one.seconds)
    return Measured(fastest.seconds, fastest.peak_gflops, len(kept))


def _best_peak(samples: Sequence[Sequence[Sample]]) -> float:
    return max(one.peak_gflops for each in samples for one in each)
