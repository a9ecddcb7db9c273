"""`convopt-bench layers`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.measure import Measurement

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.tables import chosen_layers, read_table, table_names
from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.processes import fresh_processes
from convopt.benchmarks.measuring.results import EXACT, LayerRow, merged
from convopt.benchmarks.measuring.setup import Setup, target_here
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.peer import Layout, Peer
from convopt.benchmarks.peers.registry import PEERS, open_peers, wanted_peers
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.benchmarks.reporting.plot import check_plot, plot
from convopt.benchmarks.reporting.progress import shown_between
from convopt.benchmarks.reporting.records import FIELDS, records
from convopt.benchmarks.reporting.summary import OURS
from convopt.benchmarks.reporting.tables import class_table, layer_table, remarks
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_OK

DEFAULT_TABLES = ("host_peer_set",)
_WIDE = 400

Measure = Callable[[str, Layer], LayerRow]


def run_layers(arguments: argparse.Namespace) -> int:
    """Measure and report; the exit code. An interrupted run reports the rows it has."""
    if arguments.list:
        print(f"tables: {', '.join(table_names())}\npeers: {', '.join(PEERS)}")
        return EXIT_OK
    check_target(arguments.target)
    if arguments.plot:
        check_plot(arguments.plot)
    layers = _layers(arguments.tables or DEFAULT_TABLES, arguments.only)
    cores = pin(core=arguments.core)
    peers, missing = open_peers(wanted_peers(arguments.peers))
    peers = [peer for peer in peers if peer.layouts]
    for name, reason in missing:
        print(f"convopt-bench: left out: {name}: {reason}", file=sys.stderr)
    everyone = [ConvoptPeer(arguments.target), *peers]
    setup = _setup(arguments, peers, [layer for _, layer in layers])
    versions = {peer.name: peer.version() for peer in everyone}
    facts = machine_facts(target_here(arguments.target), setup.limits, cores, versions)
    rows: list[LayerRow] = []
    was_interrupted = False
    with (
        record_files(arguments.csv, arguments.json, FIELDS, facts) as files,
        _measure(setup, arguments, everyone) as measure,
    ):
        try:
            for table, layer in shown_between(layers, lambda one: one[1].name):
                rows.append(measure(table, layer))
                for file in files:
                    file.add(list(records(rows[-1], versions)))
        except KeyboardInterrupt:
            was_interrupted = True
    _print(rows, setup.layouts, facts)
    if arguments.plot and rows:
        plot(rows, setup.limits, setup.layouts, arguments.plot)
    if was_interrupted:
        return EXIT_INTERRUPTED
    return EXIT_OK if all(map(_is_right, rows)) else EXIT_ERROR


def _layers(tables: Sequence[str], patterns: Sequence[str]) -> list[tuple[str, Layer]]:
    """Layers with the names of their tables."""
    found = [(table, layer) for table in tables for layer in read_table(table)]
    chosen = set(chosen_layers([layer for _, layer in found], patterns))
    return [(table, layer) for table, layer in found if layer in chosen]


def _setup(arguments: argparse.Namespace, peers: Sequence[Peer], layers: Sequence[Layer]) -> Setup:
    """Measures the machine's limits, those of DRAM if a layer is that large."""
    target = target_here(arguments.target)
    largest = max(layer.bytes for layer in layers)
    with_dram = largest > max(target.l2_bytes, target.l3_bytes)
    return Setup(
        arguments.target,
        tuple(peer.name for peer in peers),
        tuple(Layout) if arguments.layout == "both" else (Layout(arguments.layout),),
        arguments.rounds,
        Machine(target).limits(with_dram),
    )


@contextmanager
def _measure(
    setup: Setup, arguments: argparse.Namespace, everyone: Sequence[Peer]
) -> Iterator[Measure]:
    """Measures a layer in this process, or in as many fresh ones as were asked for."""
    if arguments.processes == 1:
        yield setup.bench_of(everyone).measure
        return
    with fresh_processes(setup.work, arguments.processes) as processes:
        yield lambda table, layer: merged(processes.answers(layer.name, (table, layer)))


def _is_right(row: LayerRow) -> bool:
    """Whether every result of convopt is there, and as exact as fp32 gets."""
    ours = [cell for cell in row.cells if cell.peer == OURS]
    return all(cell.error is not None and cell.error <= EXACT for cell in ours)


def _print(rows: Sequence[LayerRow], layouts: Sequence[Layout], facts: Mapping[str, Any]) -> None:
    """Tables, remarks, the machine; on a narrow terminal without the columns of the peers."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    for layout in layouts if rows else ():
        for table in (layer_table, class_table):
            whole = table(rows, layout)
            needed = Measurement.get(console, console.options.update(width=_WIDE), whole).maximum
            fits = needed <= console.width
            console.print(whole if fits else table(rows, layout, with_peers=False))
    for line in (*remarks(rows), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)
