"""`convopt-bench predict`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from convopt.benchmarks.limits.calibration import calibration_of
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.prediction.cases import all_tables, read_cases
from convopt.benchmarks.prediction.compiled import compiled
from convopt.benchmarks.prediction.decisions import decision_lines
from convopt.benchmarks.prediction.judging import judged
from convopt.benchmarks.prediction.records import FIELDS, record
from convopt.benchmarks.prediction.results import Judged
from convopt.benchmarks.prediction.tables import (
    agreement_line,
    agreement_tables,
    case_table,
    disturbed_line,
    worst_table,
)
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.progress import shown_between
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_OK
from convopt.runtime.host_check import check_runs_here

_WIDE = 200


def run_predict(arguments: argparse.Namespace) -> int:
    """Compile all cases, measure them in turn, and report."""
    check_target(arguments.target)
    cases = read_cases(arguments.tables or all_tables(), arguments.only)
    cores = pin(core=arguments.core)
    target = target_here(arguments.target)
    check_runs_here(target)
    ready = [
        compiled(case, arguments.target) for case in shown_between(cases, lambda case: case.name)
    ]
    machine = Machine(target)
    limits = machine.limits()
    facts = machine_facts(target, limits, cores, {})
    measured_target = calibration_of(limits).applied_to(target)
    found = judged(ready, measured_target, machine, arguments.rounds)
    with record_files(arguments.csv, arguments.json, FIELDS, facts) as files:
        for file in files:
            file.add([record(each) for each in found])
    _print(found, facts, arguments.summary)
    return EXIT_OK


def _print(found: Sequence[Judged], facts: Mapping[str, Any], summary: bool) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    if not summary:
        console.print(case_table(found, "microseconds of a call, weights cold, one thread"))
    for table in agreement_tables(found):
        console.print(table)
    console.print(worst_table(found))
    lines = (*machine_lines(facts), disturbed_line(found), *decision_lines(found))
    for line in (*lines, agreement_line(found)):
        if line is not None:
            console.print(line, markup=False, soft_wrap=True)
