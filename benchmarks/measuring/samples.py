"""Bursts of calls in turn, each with the clock's speed beside it, and what they say together."""

import math
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Run = Callable[[int], None]
"""Computes as often as it is told."""

BURST_SECONDS = 1.5e-3
LEAST_CALLS = 3
LONG_SECONDS = 5e-3
"""A call so long is a burst of its own."""
WARM_UP_CALLS = 2
MOST_ROUNDS = 3
UNDISTURBED = 0.95
"""Of the best speed seen; what ran beside a slower burst of multiply-adds shared the core."""
OWN_SHARE = 0.98
"""Of a burst's time that a process has the core for, if no other takes it away."""


@dataclass(frozen=True)
class Reading:
    """Wall clock and this process's processor time in seconds; how often others took the core."""

    wall: float
    processor: float
    interruptions: int


def read_clocks() -> Reading:
    """Now."""
    interruptions = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    return Reading(time.perf_counter(), time.process_time(), interruptions)


@dataclass(frozen=True)
class Sample:
    """Seconds a call in one burst; the slower one of the multiply-add bursts around it; whether
    another process had the core for a part of it."""

    seconds: float
    peak_gflops: float
    was_interrupted: bool = False


def calls_a_burst(run: Run, clocks: Callable[[], Reading] = read_clocks) -> int:
    """How many calls fill a burst; warms up."""
    run(WARM_UP_CALLS)
    begin = clocks().wall
    run(1)
    seconds = clocks().wall - begin
    if seconds >= LONG_SECONDS:
        return 1
    return max(LEAST_CALLS, math.ceil(BURST_SECONDS / max(seconds, 1e-9)))


def interleaved(
    runs: Sequence[Run],
    rounds: int,
    peak_gflops: Callable[[], float],
    clocks: Callable[[], Reading] = read_clocks,
) -> list[list[Sample]]:
    """Samples of every run, taken in turn, so that all see the same clock and neighbours.

    Before its burst each run is called once, so that it finds the caches as it leaves them. On a
    core that others use, up to `MOST_ROUNDS` times as many rounds are taken as were asked for,
    until half as many samples of everyone are undisturbed.
    """
    calls = [calls_a_burst(run, clocks) for run in runs]
    samples: list[list[Sample]] = [[] for _ in runs]
    for number in range(MOST_ROUNDS * rounds):
        if number >= rounds and _enough(samples, rounds / 2):
            break
        for run, count, found in zip(runs, calls, samples, strict=True):
            found.append(sample(run, count, peak_gflops, clocks, warm_up=1))
    return samples


def _enough(samples: Sequence[Sequence[Sample]], least: float) -> bool:
    best_peak = max((one.peak_gflops for many in samples for one in many), default=0.0)
    return all(sum(is_undisturbed(one, best_peak) for one in many) >= least for many in samples)


def sample(
    run: Run,
    count: int,
    peak_gflops: Callable[[], float],
    clocks: Callable[[], Reading] = read_clocks,
    warm_up: int = 0,
) -> Sample:
    """A burst of `count` calls, `warm_up` others before the clock starts."""
    before = peak_gflops()
    run(warm_up)
    begin = clocks()
    run(count)
    end = clocks()
    wall, processor = end.wall - begin.wall, end.processor - begin.processor
    was_interrupted = end.interruptions > begin.interruptions and processor < OWN_SHARE * wall
    return Sample(wall / count, min(before, peak_gflops()), was_interrupted)


def undisturbed(samples: Sequence[Sample], best_peak: float) -> list[Sample]:
    """The samples during which, and beside which, the core was this process's own; those during
    which it was if there are none, and all if those are none either.

    The times themselves have no say.
    """
    own = [one for one in samples if not one.was_interrupted]
    kept = [one for one in own if is_undisturbed(one, best_peak)]
    return kept or own or list(samples)


def is_undisturbed(sample: Sample, best_peak: float) -> bool:
    """Whether the core was this process's own, at nearly the best clock seen."""
    return not sample.was_interrupted and sample.peak_gflops >= UNDISTURBED * best_peak


@dataclass(frozen=True)
class Timing:
    """What samples say together.

    `share` is the part of the limit that the fastest sample reached, the limit at the highest
    speed of the clock seen; `median_share` the median over samples, each against the limit at the
    clock's speed beside it. Neighbours on the machine move the second one more than the first.
    """

    median_seconds: float
    min_seconds: float
    share: float
    median_share: float
    peak_gflops: float
    samples: int


def timing(
    samples: Sequence[Sample], best_peak: float, limit_seconds: Callable[[float], float]
) -> Timing:
    """Of the undisturbed samples; `limit_seconds` gives the limit for a peak in GFLOP/s."""
    kept = undisturbed(samples, best_peak)
    least = min(one.seconds for one in kept)
    return Timing(
        median(one.seconds for one in kept),
        least,
        limit_seconds(best_peak) / least,
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
        median(one.median_share for one in timings),
        median(one.peak_gflops for one in timings),
        sum(one.samples for one in timings),
    )


def geometric_mean(values: Iterable[float]) -> float:
    """Of at least one positive number."""
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms))
