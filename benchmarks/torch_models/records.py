"""Results as flat records."""

from collections.abc import Iterator

from convopt.benchmarks.reporting.files import Record
from convopt.benchmarks.torch_models.results import TorchResult

FIELDS = (
    "model",
    "threads",
    "macs",
    "taken_macs",
    "convolution_time_share",
    "sets",
    "contender",
    "median_ms",
    "min_ms",
    "times_convopt",
    "median_times_convopt",
    "compile_s",
    "samples",
    "relative_error",
    "note",
)
"""One record a contender and model. Ratios are those of minima, unless they say median."""


def records(result: TorchResult) -> Iterator[Record]:
    """A record for every entry; None where there is no number."""
    for entry in result.entries:
        found = entry.timing
        yield {
            "model": result.model,
            "threads": result.threads,
            "macs": result.macs,
            "taken_macs": result.taken_macs,
            "convolution_time_share": result.time_share,
            "sets": result.sets,
            "contender": entry.contender,
            "median_ms": found and 1e3 * found.median_seconds,
            "min_ms": found and 1e3 * found.min_seconds,
            "times_convopt": result.times_convopt(entry),
            "median_times_convopt": result.median_times_convopt(entry),
            "compile_s": entry.compile_seconds,
            "samples": found and found.samples,
            "relative_error": entry.error,
            "note": entry.note,
        }
