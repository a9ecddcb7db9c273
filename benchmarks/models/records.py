"""Results as flat records."""

from collections.abc import Iterator

from convopt.benchmarks.models.results import Entry, ModelResult
from convopt.benchmarks.reporting.files import Record

FIELDS = (
    "model",
    "macs",
    "limit_ms",
    "peer",
    "version",
    "threads",
    "median_ms",
    "min_ms",
    "gflops",
    "share_of_limit",
    "median_share_of_limit",
    "times_convopt",
    "median_times_convopt",
    "peak_gflops",
    "samples",
    "relative_error",
    "note",
)
"""One record a library and model. `limit_ms` is what the multiply-adds take on the threads of the
comparison at the highest peak that was measured, before or between. Shares and ratios are those of
minima, unless they say median: each sample against the limit at the clock's speed beside it."""


def records(result: ModelResult) -> Iterator[Record]:
    """A record for every entry; None where there is no number."""
    for entry in result.entries:
        yield {
            "model": result.model,
            "macs": result.macs,
            "limit_ms": result.limit_seconds and 1e3 * result.limit_seconds,
            "peer": entry.peer,
            "version": entry.version,
            "threads": entry.threads,
            **_timing_fields(entry, result.macs),
            "times_convopt": result.times_convopt(entry),
            "median_times_convopt": result.median_times_convopt(entry),
            "relative_error": entry.error,
            "note": entry.note,
        }


def _timing_fields(entry: Entry, macs: int | None) -> Record:
    found = entry.timing
    return {
        "median_ms": found and 1e3 * found.median_seconds,
        "min_ms": found and 1e3 * found.min_seconds,
        "gflops": found and macs and 2e-9 * macs / found.min_seconds,
        "share_of_limit": found and macs and found.share,
        "median_share_of_limit": found and macs and found.median_share,
        "peak_gflops": found and found.peak_gflops,
        "samples": found and found.samples,
    }
