"""`convopt-bench torch`: the work, once the options are known."""

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
from convopt.benchmarks.torch_models.records import FIELDS, records
from convopt.benchmarks.torch_models.results import CONVOPT, TorchResult
from convopt.benchmarks.torch_models.sources import NAMES, torch_model
from convopt.benchmarks.torch_models.tables import notes, torch_table
from convopt.cli.messages import EXIT_ERROR, EXIT_OK

_WIDE = 400


def run_torch(arguments: argparse.Namespace) -> int:
    """Measure and report; the exit code. A run that ends early reports the models it has."""
    version = require("torch", "torch").__version__
    from convopt.benchmarks.torch_models.comparison import compare

    contenders = _contenders(arguments.contenders)
    cores = pin(arguments.threads)
    target = target_here("host")
    machine = Machine(target)
    facts = machine_facts(target, machine.limits(), cores, {"torch": version})
    results: list[TorchResult] = []
    try:
        with record_files(arguments.csv, arguments.json, FIELDS, facts) as files:
            for name in shown_between(arguments.models or NAMES, str):
                model = torch_model(name, arguments.size)
                results.append(
                    compare(model, contenders, arguments.threads, arguments.rounds, machine)
                )
                for file in files:
                    file.add(list(records(results[-1])))
    finally:
        _print(results, facts)
    return EXIT_OK if all(one.entry(CONVOPT).timing for one in results) else EXIT_ERROR


def _contenders(names: Sequence[str] | None) -> list[Any]:
    """convopt, and those that run beside it."""
    from convopt.benchmarks.torch_models.contenders import CONTENDERS, named

    own = [one for one in CONTENDERS if one.name == CONVOPT]
    return [*own, *named(names, [one for one in CONTENDERS if one.name != CONVOPT])]


def _print(results: Sequence[TorchResult], facts: Mapping[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    if results:
        console.print(torch_table(results))
    for line in (*notes(results), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)
