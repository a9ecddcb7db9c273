"""`convopt-bench modules`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.measure import Measurement

from convopt.benchmarks.layers.modules import chosen_modules, read_modules
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.processes import fresh_processes
from convopt.benchmarks.measuring.results import EXACT
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.module import Module
from convopt.benchmarks.modules.measurement import ModuleSetup
from convopt.benchmarks.modules.records import FIELDS, module_records
from convopt.benchmarks.modules.results import FUSED, SEPARATE, ModuleRow, merged_row
from convopt.benchmarks.modules.tables import group_table, module_remarks, module_table
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Peer
from convopt.benchmarks.peers.registry import PEERS, open_peers, wanted_peers
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.progress import shown_between
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK

_WIDE = 400

Measure = Callable[[Module], ModuleRow]


def run_modules(arguments: argparse.Namespace) -> int:
    """Measure and report; the exit code. An interrupted run reports the rows it has."""
    if arguments.list:
        names = ", ".join(f"'{module.name}'" for module in read_modules())
        print(f"modules: {names}\npeers: {', '.join(PEERS)}")
        return EXIT_OK
    check_target(arguments.target)
    modules = chosen_modules(arguments.modules)
    cores = pin(core=arguments.core)
    ours, peers = ConvoptPeer(arguments.target), _peers(arguments.peers)
    setup = _setup(arguments, peers, modules)
    versions = {peer.name: peer.version() for peer in (ours, *peers)}
    facts = machine_facts(target_here(arguments.target), setup.limits, cores, versions)
    rows: list[ModuleRow] = []
    was_interrupted = False
    with (
        record_files(arguments.csv, arguments.json, FIELDS, facts) as files,
        _measure(setup, arguments.processes, ours, peers) as measure,
    ):
        try:
            for module in shown_between(modules, lambda one: one.name):
                rows.append(measure(module))
                for file in files:
                    known = {**versions, SEPARATE: versions[FUSED]}
                    file.add(list(module_records(rows[-1], known)))
        except KeyboardInterrupt:
            was_interrupted = True
    _print(rows, facts)
    if was_interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if all(map(_is_right, rows)) else EXIT_ERROR


def _peers(words: Sequence[str]) -> list[Peer]:
    """Those that are installed and run modules; says which others are left out, and why."""
    found, missing = open_peers(wanted_peers(words))
    unfit = [(peer.name, "runs no modules") for peer in found if peer.module_layout is None]
    for name, reason in (*missing, *unfit):
        print(f"convopt-bench: left out: {name}: {reason}", file=sys.stderr)
    return [peer for peer in found if peer.module_layout is not None]


def _setup(
    arguments: argparse.Namespace, peers: Sequence[Peer], modules: Sequence[Module]
) -> ModuleSetup:
    """Measures the machine's limits, those of DRAM if a module is that large."""
    target = target_here(arguments.target)
    largest = max(module.bytes for module in modules)
    with_dram = largest > max(target.l2_bytes, target.l3_bytes)
    names = tuple(peer.name for peer in peers)
    return ModuleSetup(arguments.target, names, arguments.rounds, Machine(target).limits(with_dram))


@contextmanager
def _measure(
    setup: ModuleSetup, count: int, ours: ConvoptPeer, peers: Sequence[Peer]
) -> Iterator[Measure]:
    """Measures a module in this process, or in as many fresh ones as were asked for."""
    if count == 1:
        yield setup.with_peers(ours, peers)
        return
    with fresh_processes(setup.work, count) as processes:
        yield lambda module: merged_row(processes.answers(module.name, module))


def _is_right(row: ModuleRow) -> bool:
    """Whether both results of convopt are there, and as exact as fp32 gets."""
    ours = (row.cell(FUSED), row.cell(SEPARATE))
    return all(cell and cell.error is not None and cell.error <= EXACT for cell in ours)


def _print(rows: Sequence[ModuleRow], facts: Mapping[str, Any]) -> None:
    """Tables, remarks, the machine; on a narrow terminal without the columns of the peers."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    for table in (module_table, group_table) if rows else ():
        whole = table(rows)
        needed = Measurement.get(console, console.options.update(width=_WIDE), whole).maximum
        console.print(whole if needed <= console.width else table(rows, with_peers=False))
    for line in (*module_remarks(rows), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)
