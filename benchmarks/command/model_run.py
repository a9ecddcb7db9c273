"""`convopt-bench models`: the work, once the options are known."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.pinning import pin
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.models.comparison import Comparison
from convopt.benchmarks.models.contenders import contenders
from convopt.benchmarks.models.profiles import kernel_profile
from convopt.benchmarks.models.records import FIELDS, records
from convopt.benchmarks.models.results import ModelResult
from convopt.benchmarks.models.sources import (
    BenchmarkModel,
    Shapes,
    chosen_names,
    model_names,
    read_model,
)
from convopt.benchmarks.models.tables import model_table, remarks
from convopt.benchmarks.peers.convopt_peer import ConvoptPeer
from convopt.benchmarks.peers.registry import PEERS, open_peers, wanted_peers
from convopt.benchmarks.reporting.files import record_files
from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_ERROR, EXIT_OK
from convopt.errors import ConvoptError

_WIDE = 400


def run_models(arguments: argparse.Namespace) -> int:
    """Measure and report; the exit code. A run that ends early reports the models it has."""
    if arguments.list:
        print(f"models: {', '.join(model_names())}\npeers: {', '.join(PEERS)}")
        return EXIT_OK
    names, shapes = chosen_names(arguments.models), dict(arguments.shapes)
    if arguments.save:
        _save(arguments.save, names, shapes)
        return EXIT_OK
    check_target(arguments.target)
    cores = pin(arguments.threads)
    peers, missing = open_peers(wanted_peers(arguments.peers))
    for name, reason in missing:
        print(f"convopt-bench: left out: {name}: {reason}", file=sys.stderr)
    everyone = [ConvoptPeer(arguments.target), *peers]
    target = target_here(arguments.target)
    machine = Machine(target)
    limits = machine.limits()
    versions = {peer.name: peer.version() for peer in everyone}
    facts = machine_facts(target, limits, cores, versions)
    comparison = Comparison(
        contenders(everyone, arguments.threads),
        arguments.threads,
        arguments.rounds,
        machine,
        limits.peak_gflops,
    )
    results: list[ModelResult] = []
    try:
        with record_files(arguments.csv, arguments.json, FIELDS, facts) as files:
            for model in _models(names, shapes):
                results.append(comparison.compare(model))
                for file in files:
                    file.add(list(records(results[-1])))
    finally:
        _print(results, facts)
    if arguments.profile:
        _print_profiles(names, shapes, arguments.target)
    return EXIT_OK if all(one.convopt.timing for one in results) else EXIT_ERROR


def _models(names: Sequence[str], shapes: Shapes) -> Iterator[BenchmarkModel]:
    """One after the other, with a progress bar on standard error if that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(names))
        for name in names:
            progress.update(task, description=name)
            yield read_model(name, shapes)
            progress.advance(task)


def _save(folder: Path, names: Sequence[str], shapes: Shapes) -> None:
    for name in names:
        file = folder / f"{Path(name).stem}.onnx"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(read_model(name, shapes).data.onnx)
        except OSError as error:
            raise ConvoptError(f"cannot write {file}: {error.strerror}") from error
        print(file)


def _print(results: Sequence[ModelResult], facts: Mapping[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    if results:
        console.print(model_table(results))
    for line in (*remarks(results), *machine_lines(facts)):
        console.print(line, markup=False, soft_wrap=True)


def _print_profiles(names: Sequence[str], shapes: Shapes, target: str) -> None:
    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)
    for name in names:
        profile = kernel_profile(read_model(name, shapes).data, target)
        console.print(f"\n{name}: convopt's kernels on one thread", markup=False)
        console.print(profile.rich_table() if sys.stdout.isatty() else str(profile), markup=False)
