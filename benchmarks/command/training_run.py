"""`convopt-bench training`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.peers.packages import require
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.progress import shown_between
from convopt.benchmarks.training.records import records
from convopt.benchmarks.training.results import TrainingResult
from convopt.benchmarks.training.tables import lines, training_table
from convopt.benchmarks.training.task import Task
from convopt.cli.messages import EXIT_OK
from convopt.errors import UsageError

_WIDE = 400
_SCALE = 32
"""Pixels of an image to one of the last feature map, along each side."""


def run_training(arguments: argparse.Namespace) -> int:
    """Train and report; the exit code. A run that ends early reports the steps it has."""
    version = require("torch", "torch").__version__
    from convopt.benchmarks.training.comparison import Training

    contenders = _contenders(arguments.contenders)
    task = _task(arguments)
    cores = pin(task.threads, arguments.core)
    target = target_here("host")
    machine = Machine(target)
    facts = machine_facts(target, machine.limits(), cores, {"torch": version})
    with record_files(None, arguments.json, (), facts) as files:
        training = Training(task, contenders, machine)
        try:
            for number in shown_between(range(task.steps), lambda step: f"step {step + 1}"):
                training.round(number)
        finally:
            result = training.result()
            for file in files:
                file.add(list(records(result)))
            _print(result, facts)
    return EXIT_OK


def _contenders(names: Sequence[str] | None) -> list[Any]:
    from convopt.benchmarks.torch_models.contenders import TRAINED, named

    found = named(names, TRAINED)
    if not found:
        raise UsageError("expected at least one contender, found none")
    return found


def _task(arguments: argparse.Namespace) -> Task:
    if arguments.core is not None and arguments.threads > 1:
        raise UsageError(f"expected one thread for --core, found {arguments.threads}")
    if arguments.batch == 1 and arguments.size <= _SCALE:
        # Batch norm divides by the deviation of its values, of which there would be one.
        raise UsageError(
            f"expected a batch of at least 2 for images of up to {_SCALE} pixels, found 1"
        )
    return Task(
        arguments.steps,
        arguments.batch,
        arguments.size,
        arguments.classes,
        arguments.learning_rate,
        arguments.seed,
        arguments.threads,
    )


def _print(result: TrainingResult, facts: Mapping[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    console.print(training_table(result))
    for line in (*lines(result), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)
