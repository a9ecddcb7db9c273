"""Whole models side by side with onnxruntime, one thread, interleaved in one run.

    python benchmarks/models.py                      # the two models of the test packages
    python benchmarks/models.py model.onnx --rounds 100 --json out.json

The process is pinned to one core. Rounds alternate between the two, each a burst of calls, so that
both see the same clock and the same neighbours. Printed are medians and minima over the rounds, and
their ratio: below 1 convopt is faster.
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table

import convopt
from convopt.comparison import relative_error
from convopt.testing.models import REAL_MODELS

BURST_SECONDS = 0.05


@dataclass(frozen=True)
class Row:
    """Milliseconds a call."""

    model: str
    convopt_median: float
    convopt_min: float
    onnxruntime_median: float
    onnxruntime_min: float
    relative_error: float

    @property
    def ratio(self) -> float:
        return self.convopt_median / self.onnxruntime_median


def burst(call: Callable[[], object]) -> float:
    """Milliseconds a call in one burst."""
    calls, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < BURST_SECONDS:
        call()
        calls += 1
    return elapsed / calls * 1e3


def measure(path: Path, shapes: dict[str, tuple[int, ...]] | None, rounds: int) -> Row:
    """Compile for both, check, and time both in turn."""
    compiled = convopt.compile(path, shapes=shapes, threads=1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    feeds = {
        spec.name: rng.standard_normal(spec.shape).astype(np.float32) for spec in compiled.inputs
    }
    ours, theirs = compiled.run(None, feeds), session.run(None, feeds)
    error = max(map(relative_error, ours, theirs))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(burst(lambda: compiled.run(None, feeds)))
        times[1].append(burst(lambda: session.run(None, feeds)))
    return Row(
        path.name,
        statistics.median(times[0]),
        min(times[0]),
        statistics.median(times[1]),
        min(times[1]),
        error,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    models: list[tuple[Path, dict[str, tuple[int, ...]] | None]] = [
        (path, None) for path in arguments.models
    ] or [(model.path, model.shapes) for model in REAL_MODELS.values()]
    rows = [measure(path, shapes, arguments.rounds) for path, shapes in models]
    table = Table("model", "convopt ms", "min", "onnxruntime ms", "min", "ratio", "error")
    for row in rows:
        table.add_row(
            row.model,
            f"{row.convopt_median:.3f}",
            f"{row.convopt_min:.3f}",
            f"{row.onnxruntime_median:.3f}",
            f"{row.onnxruntime_min:.3f}",
            f"{row.ratio:.2f}",
            f"{row.relative_error:.1e}",
        )
    console = Console()
    console.print(table)
    machine = {
        "machine": platform.machine(),
        "processor": _processor(),
        "python": platform.python_version(),
        "convopt": version("convopt"),
        "onnxruntime": onnxruntime.__version__,
    }
    console.print(", ".join(f"{key} {value}" for key, value in machine.items()))
    if arguments.json:
        result = {"machine": machine, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
