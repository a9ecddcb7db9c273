"""`convopt-bench search`: the work, once the options are known."""

import argparse
import sys

from rich.console import Console

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layers.tables import chosen_layers, read_table
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.processes import fresh_processes
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.progress import shown_between
from convopt.benchmarks.search.records import FIELDS, records
from convopt.benchmarks.search.results import LayerSearch
from convopt.benchmarks.search.search import search
from convopt.benchmarks.search.tables import chosen_line, search_table, summary_table
from convopt.benchmarks.search.timing import SearchSetup
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_INTERRUPTED, EXIT_OK
from convopt.runtime.host_check import check_runs_here

_WIDE = 200


def run_search(arguments: argparse.Namespace) -> int:
    """Search and report; the exit code. An interrupted run reports the layers it has."""
    check_target(arguments.target)
    layers = chosen_layers(read_table(arguments.layers), arguments.patterns)
    cores = pin(core=arguments.core)
    target = target_here(arguments.target)
    check_runs_here(target)
    limits = Machine(target).limits()
    facts = machine_facts(target, limits, cores, {})
    setup = SearchSetup(arguments.target, arguments.rounds, limits)
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    found: list[LayerSearch] = []
    was_interrupted = False
    with (
        record_files(arguments.csv, arguments.json, FIELDS, facts) as files,
        fresh_processes(setup.work, arguments.processes) as processes,
    ):
        try:
            for layer in shown_between(layers, lambda layer: layer.name):
                found.append(search(layer, arguments.target, limits, processes))
                for file in files:
                    file.add(records(found[-1], target))
                if not arguments.summary:
                    _print_layer(console, found[-1], target)
        except KeyboardInterrupt:
            was_interrupted = True
    if found:
        console.print(summary_table(found))
    for line in machine_lines(facts):
        console.print(line, markup=False, soft_wrap=True)
    return EXIT_INTERRUPTED if was_interrupted else EXIT_OK


def _print_layer(console: Console, found: LayerSearch, target: CpuTarget) -> None:
    console.print(search_table(found, target))
    console.print(chosen_line(found), "\n", markup=False)
