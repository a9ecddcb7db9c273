"""Bursts of calls in turn, each with the clock's speed beside it, and what they say together."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Run = Callable[[int], None]
"""Computes as often as it is told."""

BURST_SECONDS = 1.5e-3
LEAST_CALLS = 3
WARM_UP_CALLS = 2
UNDISTURBED = 0.95
"""Of the best speed seen; what ran beside a slower burst of multiply-adds shared the core."""


@dataclass(frozen=True)
class Sample:
    """Seconds a call in one burst; the slower one of the multiply-add bursts around it."""

    seconds: float
    peak_gflops: float


def calls_a_burst(run: Run, clock: Callable[[], float] = time.perf_counter) -> int:
    """How many calls fill a burst; warms up."""
    run(WARM_UP_CALLS)
    begin = clock()
    run(1)
    seconds = clock() - begin
    return max(LEAST_CALLS, math.ceil(BURST_SECONDS / max(seconds, 1e-9)))


def interleaved(
    runs: Sequence[Run],
    rounds: int,
    peak_gflops: Callable[[], float],
    clock: Callable[[], float] = time.perf_counter,
) -> list[list[Sample]]:
    """Samples of every run, taken in turn, so that all see the same clock and neighbours.

    Before its burst each run is called once, so that it finds the caches as it leaves them.
    """
    calls = [calls_a_burst(run, clock) for run in runs]
    samples: list[list[Sample]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, count, found in zip(runs, calls, samples, strict=True):
            before = peak_gflops()
            run(1)
            begin = clock()
            run(count)
            seconds = (clock() - begin) / count
            found.append(Sample(seconds, min(before, peak_gflops())))
    return samples


def undisturbed(samples: Sequence[Sample], best_peak: float) -> list[Sample]:
    """The samples beside which the core was this process's own; all if those are too few.

    Chosen by the speed of the multiply-adds alone: the times themselves have no say.
    """
    kept = [one for one in samples if one.peak_gflops >= UNDISTURBED * best_peak]
    return kept if 3 * len(kept) >= len(samples) else list(samples)


@dataclass(frozen=True)
class Timing:
    """What samples say together. `share` is the part of the limit that was reached: the median
    over samples, each against the limit at the clock's speed beside it."""

    median_seconds: float
    min_seconds: float
    share: float
    peak_gflops: float
    samples: int


def timing(
    samples: Sequence[Sample], best_peak: float, limit_seconds: Callable[[float], float]
) -> Timing:
    """Of the undisturbed samples; `limit_seconds` gives the limit for a peak in GFLOP/s."""
    kept = undisturbed(samples, best_peak)
    return Timing(
        median(one.seconds for one in kept),
        min(one.seconds for one in kept),
        median(limit_seconds(one.peak_gflops) / one.seconds for one in kept),
        median(one.peak_gflops for one in kept),
        len(kept),
    )


def over_processes(timings: Sequence[Timing]) -> Timing:
    """Medians of what several processes found: minima, too, since page placement differs."""
    return Timing(
        median(one.median_seconds for one in timings),
        median(one.min_seconds for one in timings),
        median(one.share for one in timings),
        median(one.peak_gflops for one in timings),
        sum(one.samples for one in timings),
    )


def geometric_mean(values: Iterable[float]) -> float:
    """Of at least one positive number."""
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms))
