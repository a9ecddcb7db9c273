"""`convopt-run`: compile, run, compare with onnxruntime, profile."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console

from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_ERROR, EXIT_OK
from convopt.cli.run_inputs import make_inputs
from convopt.cli.run_options import RunOptions
from convopt.comparison import relative_error
from convopt.compiler import compile as compile_model
from convopt.pass_observer import PassObserver
from convopt.passes.pipelines import PIPELINES
from convopt.runtime.arguments import Array
from convopt.runtime.compiled_model import CompiledModel
from convopt.runtime.onnx_runner import new_session
from convopt.runtime.profile import Profile

if TYPE_CHECKING:
    from rich.progress import Progress
    from xdsl.dialects.builtin import ModuleOp
    from xdsl.passes import ModulePass

    from convopt.gpu.model import GpuModel

    Runnable = CompiledModel | GpuModel


@dataclass(frozen=True)
class Comparison:
    """convopt beside onnxruntime; times in milliseconds, medians."""

    relative_error: float
    passed: bool
    convopt_ms: float
    onnxruntime_ms: float


@dataclass(frozen=True)
class Report:
    """All that `convopt-run` found."""

    model: "Runnable"
    profile: Profile
    compile_seconds: float
    convopt_ms: float
    comparison: Comparison | None

    def to_json(self) -> str:
        model = self.model
        fields = {
            "model": model.name,
            "target": model.target.name,
            "threads": model.threads if isinstance(model, CompiledModel) else None,
            "compile_seconds": self.compile_seconds,
            "weights_bytes": model.weights_bytes,
            "workspace_bytes": model.workspace_bytes,
            "compiled_nodes": model.partition.compiled_nodes,
            "nodes_in_onnxruntime": [asdict(node) for node in model.partition.left],
            "notes": model.notes,
            "convopt_ms": self.convopt_ms,
            "comparison": None if self.comparison is None else asdict(self.comparison),
            "kernels": [asdict(row) for row in self.profile.rows],
        }
        return json.dumps(fields, indent=2)


def run(options: RunOptions) -> int:
    """Do what the options say; the exit code. Errors are exceptions."""
    check_target(options.target)
    began = time.perf_counter()
    with _progress() as observers:
        model = compile_model(
            options.model,
            options.target,
            shapes=dict(options.shapes),
            threads=options.threads,
            precision=options.precision,
            cache=options.cache,
            observers=observers,
        )
    compile_seconds = time.perf_counter() - began
    feeds = make_inputs(model.inputs, options)
    comparison = _compare(model, feeds, options)
    milliseconds = (
        median(_milliseconds(lambda: model.run(None, feeds)) for _ in range(options.repeat))
        if comparison is None
        else comparison.convopt_ms
    )
    arrays = [feeds[spec.name] for spec in model.inputs]
    profile = model.profile(*arrays, repeat=options.repeat)
    report = Report(model, profile, compile_seconds, milliseconds, comparison)
    if options.json:
        print(report.to_json())
    else:
        _print(report, options)
    return EXIT_OK if comparison is None or comparison.passed else EXIT_ERROR


class _PassProgress(PassObserver):
    """Moves a progress bar by one step a pass."""

    def __init__(self, progress: "Progress", passes: int):
        self._progress = progress
        self._task = progress.add_task("reading", total=passes)

    def before(self, step: "ModulePass", module: "ModuleOp") -> None:
        self._progress.update(self._task, description=step.name)

    def after(self, step: "ModulePass", module: "ModuleOp") -> None:
        self._progress.advance(self._task)


@contextmanager
def _progress() -> Iterator[tuple[PassObserver, ...]]:
    """A progress bar on standard error while the model is compiled, if that is a terminal."""
    if not sys.stderr.isatty():
        yield ()
        return
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield (_PassProgress(progress, len(PIPELINES["default"])),)


def _compare(model: "Runnable", feeds: dict[str, Array], options: RunOptions) -> Comparison | None:
    """Results and times beside onnxruntime's; None for a model that is not ONNX."""
    if not options.model.endswith(".onnx"):
        return None
    session = new_session(options.model, options.threads)
    ours, theirs = model.run(None, feeds), session.run(None, feeds)
    error = max(map(relative_error, ours, theirs))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(options.repeat):
        times[0].append(_milliseconds(lambda: model.run(None, feeds)))
        times[1].append(_milliseconds(lambda: session.run(None, feeds)))
    return Comparison(error, error <= options.tolerance, median(times[0]), median(times[1]))


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - began)


def _print(report: Report, options: RunOptions) -> None:
    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
    model = report.model
    console.print(repr(model), markup=False)
    for note in model.notes:
        console.print(f"note: {note}", markup=False)
    table = report.profile.rich_table()
    console.print(table if sys.stdout.isatty() else str(report.profile), markup=False)
    console.print(str(model.partition), markup=False)
    console.print(
        f"ready in {report.compile_seconds:.2f} s; weights {model.weights_bytes / 1e6:.2f} MB, "
        f"workspace {model.workspace_bytes / 1e6:.2f} MB"
    )
    found = report.comparison
    if found is None:
        console.print(f"convopt {report.convopt_ms:.3f} ms; not compared: no ONNX model")
        return
    ratio = found.convopt_ms / found.onnxruntime_ms
    console.print(
        f"convopt {found.convopt_ms:.3f} ms, onnxruntime {found.onnxruntime_ms:.3f} ms "
        f"({ratio:.2f} of it; {options.repeat} runs in turn, {options.threads} "
        f"thread{'s' if options.threads > 1 else ''})"
    )
    verdict = "[green]PASS[/green]" if found.passed else "[red]FAIL[/red]"
    console.print(
        f"{verdict}: relative error {found.relative_error:.2e}, at most {options.tolerance:g} "
        "accepted"
    )
