"""`convopt-bench gradients`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.measure import Measurement

from convopt.benchmarks.command.gradients import DEFAULT_TABLE
from convopt.benchmarks.gradient import Gradient, gradient_bytes
from convopt.benchmarks.gradients.measurement import GradientSetup, Job
from convopt.benchmarks.gradients.records import FIELDS, gradient_records
from convopt.benchmarks.gradients.results import OURS, GradientRow, merged_row
from convopt.benchmarks.gradients.tables import gradient_remarks, gradient_table, group_table
from convopt.benchmarks.layers.tables import chosen_layers, read_table
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.processes import fresh_processes
from convopt.benchmarks.measuring.results import EXACT
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Peer
from convopt.benchmarks.peers.registry import open_peers, wanted_peers
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.progress import shown_between
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK

_WIDE = 400

Measure = Callable[[Job], GradientRow]


def run_gradients(arguments: argparse.Namespace) -> int:
    """Measure and report; the exit code. An interrupted run reports the rows it has."""
    check_target(arguments.target)
    jobs = _jobs(arguments)
    cores = pin(core=arguments.core)
    everyone = [ConvoptPeer(arguments.target), *_peers(arguments.peers)]
    setup = _setup(arguments, everyone[1:], jobs)
    versions = {peer.name: peer.version() for peer in everyone}
    facts = machine_facts(target_here(arguments.target), setup.limits, cores, versions)
    rows: list[GradientRow] = []
    was_interrupted = False
    with (
        record_files(arguments.csv, arguments.json, FIELDS, facts) as files,
        _measure(setup, arguments.processes, everyone) as measure,
    ):
        try:
            for job in shown_between(jobs, _job_name):
                rows.append(measure(job))
                for file in files:
                    file.add(list(gradient_records(rows[-1], versions)))
        except KeyboardInterrupt:
            was_interrupted = True
    _print(rows, facts)
    if was_interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if all(map(_is_right, rows)) else EXIT_ERROR


def _jobs(arguments: argparse.Namespace) -> list[Job]:
    """Every layer that was chosen, with each gradient that was."""
    tables = arguments.tables or [DEFAULT_TABLE]
    layers = [layer for table in tables for layer in read_table(table)]
    gradients = tuple(Gradient) if arguments.of == "both" else (Gradient(arguments.of),)
    chosen = chosen_layers(layers, arguments.only)
    return [(layer, gradient) for gradient in gradients for layer in chosen]


def _job_name(job: Job) -> str:
    layer, gradient = job
    return f"{layer.name}, gradient of {gradient}"


def _peers(words: Sequence[str]) -> list[Peer]:
    """Those that are installed and compute gradients; says which others are left out, and why."""
    found, missing = open_peers(wanted_peers(words))
    unfit = [(peer.name, "computes no gradients") for peer in found if not peer.gradient_layouts]
    for name, reason in (*missing, *unfit):
        print(f"convopt-bench: left out: {name}: {reason}", file=sys.stderr)
    return [peer for peer in found if peer.gradient_layouts]


def _setup(
    arguments: argparse.Namespace, peers: Sequence[Peer], jobs: Sequence[Job]
) -> GradientSetup:
    """Measures the machine's limits, those of DRAM if a gradient is that large."""
    target = target_here(arguments.target)
    largest = max(sum(gradient_bytes(*job)) for job in jobs)
    with_dram = largest > max(target.l2_bytes, target.l3_bytes)
    names = tuple(peer.name for peer in peers)
    limits = Machine(target).limits(with_dram)
    return GradientSetup(arguments.target, names, arguments.rounds, limits)


@contextmanager
def _measure(setup: GradientSetup, count: int, everyone: Sequence[Peer]) -> Iterator[Measure]:
    """Measures a gradient in this process, or in as many fresh ones as were asked for."""
    if count == 1:
        yield setup.with_peers(everyone)
        return
    with fresh_processes(setup.work, count) as processes:
        yield lambda job: merged_row(processes.answers(_job_name(job), job))


def _is_right(row: GradientRow) -> bool:
    """Whether convopt's result is there, and as exact as fp32 gets."""
    ours = row.cell(OURS)
    return bool(ours and ours.error is not None and ours.error <= EXACT)


def _print(rows: Sequence[GradientRow], facts: Mapping[str, Any]) -> None:
    """Tables, remarks, the machine; on a narrow terminal without the columns of the peers."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    for gradient in Gradient:
        of_one = [row for row in rows if row.gradient is gradient]
        if not of_one:
            continue
        whole = gradient_table(of_one)
        needed = Measurement.get(console, console.options.update(width=_WIDE), whole).maximum
        fits = needed <= console.width
        console.print(whole if fits else gradient_table(of_one, with_peers=False))
        console.print(group_table(of_one))
    for line in (*gradient_remarks(rows), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)
