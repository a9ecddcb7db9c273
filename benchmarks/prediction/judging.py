"""From compiled cases to predicted and measured times."""

from collections.abc import Sequence

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.prediction.cold_calls import weights_distance
from convopt.benchmarks.prediction.compiled import CompiledCase
from convopt.benchmarks.prediction.measurement import measured
from convopt.benchmarks.prediction.prediction import at_clock, predicted
from convopt.benchmarks.prediction.results import Judged


def judged(
    cases: Sequence[CompiledCase], target: CpuTarget, machine: Machine, rounds: int
) -> list[Judged]:
    """Measured in turn; predicted for `target` at the clock beside each measurement."""
    found = []
    for case, times in zip(cases, measured(cases, target, machine, rounds), strict=True):
        here = at_clock(target, times.peak_gflops / target.peak_gflops)
        expected = predicted(case.kernels, here, weights_distance(case.interface, target))
        found.append(Judged(case.case, case.schedule, expected, times))
    return found
