"""`convopt --report` and `convopt --plan`."""

import sys
from pathlib import Path

from rich.console import Console

from convopt.backends.targets import cpu_target
from convopt.by_target import planning_passes
from convopt.cli.inputs import STDIN, chunks_of, display_name, is_onnx
from convopt.cli.job import Job
from convopt.cli.messages import EXIT_OK
from convopt.compiler import Plan
from convopt.frontends.mlir import model_of_module
from convopt.model import Model
from convopt.report.files import write_report
from convopt.report.of_plan import report_of
from convopt.report.terminal import WIDE, print_report
from convopt.sources import mlir_text


def show_plan(job: Job, data: bytes) -> int:
    """Plan the model with the passes that the user names, else with those that plan; show what was
    decided; the exit code."""
    options = job.options
    passes = job.passes(data)
    if passes is None:
        passes = planning_passes(job.target_name, options.precision)
    job.print_pipeline(passes)
    model = _loaded(job, data)
    try:
        planned = model.changed(lambda module: job.run_passes(module, passes))
        seconds = tuple(job.timing.seconds)
        plan = Plan(planned, cpu_target(job.target_name), tuple(job.remarks), seconds)
        report = report_of(plan)
    finally:
        job.report()
    if options.report is not None:
        write_report(options.report, report)
        print(f"convopt: wrote {options.report}", file=sys.stderr)
    if options.plan:
        print_report(report, Console(width=None if sys.stdout.isatty() else WIDE, highlight=False))
    return EXIT_OK


def _loaded(job: Job, data: bytes) -> Model:
    file = job.options.input
    if is_onnx(file, data):
        return job.load_onnx(data)
    name = display_name(file)
    (chunk,) = chunks_of(mlir_text(data, name), name, is_split=False)
    return model_of_module(job.parse(chunk), "model" if file == STDIN else Path(file).stem)
