"""Judged cases as flat records, for JSON and CSV."""

from convopt.benchmarks.prediction.prediction import PARTS
from convopt.benchmarks.prediction.results import Judged
from convopt.benchmarks.reporting.files import Record

FIELDS = (
    "tables",
    "network",
    "case",
    "kind",
    "macs",
    "schedule",
    "predicted_us",
    "measured_us",
    "error",
    "bound",
    *(f"{part}_us" for part in PARTS),
    "peak_gflops",
    "undisturbed_samples",
)
"""`error` is the prediction's, as a fraction of the measured time; `bound` the part of the machine
that decides, with the time that each is busy. The prediction is for the clock beside the
measurement, where multiply-adds ran at `peak_gflops`."""


def record(judged: Judged) -> Record:
    """One line."""
    case, found = judged.case, judged.predicted
    return {
        "tables": " ".join(case.tables),
        "network": case.stages[0].network,
        "case": case.name,
        "kind": case.kind,
        "macs": sum(stage.macs for stage in case.stages),
        "schedule": judged.schedule,
        "predicted_us": 1e6 * found.seconds,
        "measured_us": 1e6 * judged.measured.seconds,
        "error": judged.error,
        "bound": found.bound,
        **{f"{part}_us": 1e6 * found.part(part) for part in PARTS},
        "peak_gflops": judged.measured.peak_gflops,
        "undisturbed_samples": judged.measured.undisturbed,
    }
