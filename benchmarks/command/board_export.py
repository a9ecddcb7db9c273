"""`convopt-bench board --export`: code for a board without Python."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.board.cases import Case, layer_case, model_case
from convopt.benchmarks.board.export import Export
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.layers.tables import read_table, table_names
from convopt.benchmarks.reporting.progress import shown_between
from convopt.cli.checks import check_target
from convopt.cli.messages import EXIT_OK
from convopt.errors import ConvoptError

NONE = ["none"]


def run_export(arguments: argparse.Namespace) -> int:
    """Write the folder; the exit code. Models that convopt alone cannot run are named."""
    check_target(arguments.target)
    target = cpu_target(arguments.target)
    layers, models = _layers(arguments), _models(arguments)
    export = Export(arguments.export, target)
    export.begin()
    for case in _cases(layers, models, target, arguments.target):
        export.add(case)
    print(f"{arguments.export}: copy it to the board, and say `make` there")
    return EXIT_OK


def _cases(
    layers: list[Layer], models: list[str], target: CpuTarget, target_name: str
) -> Iterator[Case]:
    for layer in shown_between(layers, lambda layer: layer.name):
        yield layer_case(layer, target, target_name)
    if not models:
        return
    from convopt.benchmarks.models.sources import read_model

    for name in shown_between(models, str):
        try:
            yield model_case(read_model(name, {}), target_name)
        except ConvoptError as error:
            print(f"convopt-bench: left out: {name}: {error}", file=sys.stderr)


def _layers(arguments: argparse.Namespace) -> list[Layer]:
    """Every convolution once, whatever tables it is in."""
    if arguments.tables == NONE:
        return []
    tables = arguments.tables or table_names()
    layers = (layer for table in tables for layer in read_table(table))
    return list(dict.fromkeys(replace(layer, network="", count=1) for layer in layers))


def _models(arguments: argparse.Namespace) -> list[str]:
    if arguments.models == NONE:
        return []
    from convopt.benchmarks.models.sources import chosen_names

    return chosen_names(arguments.models)
