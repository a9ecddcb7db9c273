"""Results as flat records."""

from collections.abc import Iterator
from dataclasses import asdict

from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.training.results import TrainingResult


def records(result: TrainingResult) -> Iterator[Record]:
    """A record a contender; None where there is no number. `losses` has one a step; ratios are
    those of least times, unless they say median."""
    for entry in result.entries:
        found = entry.timing
        least, median = result.times_convopt(entry) or (None, None)
        yield {
            **asdict(result.task),
            "contender": entry.contender,
            "first_step_s": entry.first_seconds,
            "median_ms": found and 1e3 * found.median_seconds,
            "min_ms": found and 1e3 * found.min_seconds,
            "samples": found and found.samples,
            "times_convopt": least,
            "median_times_convopt": median,
            "deviation_from_eager": result.deviation(entry),
            "losses": list(entry.losses),
            "note": entry.note,
        }
