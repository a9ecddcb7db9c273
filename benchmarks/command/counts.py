"""Exact instruction and byte counts of convopt's own kernels on AArch64, from an emulator.

A layer is compiled with bias for the target, runs once in its own layout (channel blocks in and
out), is checked against a float64 reference, and every instruction is counted. Beside it stand the
published counts of other libraries, and a static estimate of cycles for four multiply-adds in the
hottest block where llvm-mca is installed. Multiply-adds include those with padding. With
--gradients, the gradients of the layers with regard to their input (`data`) and their filter
(`weights`) are counted instead, each as many multiply-adds as the layer.

  convopt-bench counts
  convopt-bench counts --target cortex-a72 --layers mobilenet_v2 --json counts.json
  convopt-bench counts --gradients --only 'dw3*'
  convopt-bench counts --search 'pw1 128->128 @28 s1'
"""

import argparse
from importlib.util import find_spec
from typing import TYPE_CHECKING

from convopt.benchmarks.command.options import add_files, add_layers, add_only
from convopt.errors import ConvoptError, UsageError

if TYPE_CHECKING:
    from convopt.backends.targets import CpuTarget
    from convopt.benchmarks.layer import Layer

DEFAULT_TABLE = "aarch64_counts"
DEFAULT_TARGET = "neoverse-n1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench counts`."""
    parser.add_argument(
        "--target",
        default=DEFAULT_TARGET,
        metavar="NAME",
        help=f"an AArch64 target or the path of a target file (default {DEFAULT_TARGET})",
    )
    add_layers(parser, DEFAULT_TABLE)
    add_only(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--search",
        metavar="LAYER",
        help="count every register tile of the layers that match, best first, instead",
    )
    instead.add_argument(
        "--gradients", action="store_true", help="count both gradients of the layers instead"
    )
    parser.add_argument(
        "--hot", action="store_true", help="also print the assembly of each hottest block"
    )
    add_files(parser, json_holds="all results and the target")


def run(arguments: argparse.Namespace) -> int:
    """Count or search; the exit code. What there is when something goes wrong is still reported."""
    from convopt.benchmarks.layers.tables import chosen_layers, read_table

    target = emulated_target(arguments.target)
    layers = read_table(arguments.layers)
    if arguments.search is None:
        _count(chosen_layers(layers, arguments.only), target, arguments)
    else:
        _search(chosen_layers(layers, [arguments.search]), target, arguments)
    return 0


def emulated_target(name: str) -> "CpuTarget":
    """An AArch64 target by name or path, where the emulator is installed; else ConvoptError."""
    from convopt.backends.targets import cpu_target

    if find_spec("unicorn") is None:
        raise ConvoptError(
            "expected the emulator unicorn, found none: pip install 'convopt[bench]'"
        )
    target = cpu_target(name)
    if target.arch != "aarch64":
        raise UsageError(f"expected an AArch64 target, found {target.name} ({target.arch})")
    return target


def _count(layers: "list[Layer]", target: "CpuTarget", arguments: argparse.Namespace) -> None:
    from convopt.benchmarks.counts.measurement import measure, measure_gradient
    from convopt.benchmarks.counts.records import LAYER_FIELDS, layer_record
    from convopt.benchmarks.counts.report import print_counts, print_hot_code, tracked
    from convopt.benchmarks.counts.static_cycles import analyzer_for
    from convopt.benchmarks.gradient import Gradient, GradientData
    from convopt.benchmarks.layer import LayerData
    from convopt.benchmarks.reporting.files import record_files

    analyzer, about_cycles = analyzer_for(target)
    facts = {"target": target.name, "cycles": about_cycles}
    wanted: tuple[Gradient | None, ...] = tuple(Gradient) if arguments.gradients else (None,)
    jobs = [(layer, gradient) for layer in layers for gradient in wanted]
    found = []
    with record_files(arguments.csv, arguments.json, LAYER_FIELDS, facts) as files:
        try:
            for layer, gradient in tracked(jobs, "layers"):
                if gradient is None:
                    counts = measure(LayerData.random(layer), arguments.target, analyzer=analyzer)
                else:
                    data = GradientData.random(layer, gradient)
                    counts = measure_gradient(data, arguments.target, analyzer)
                found.append(counts)
                for file in files:
                    file.add([layer_record(counts)])
        finally:
            print_counts(found, target, about_cycles)
            if arguments.hot:
                print_hot_code(found)


def _search(layers: "list[Layer]", target: "CpuTarget", arguments: argparse.Namespace) -> None:
    from convopt.benchmarks.counts.records import TILE_FIELDS, tile_records
    from convopt.benchmarks.counts.report import print_search, tracked
    from convopt.benchmarks.counts.search import Search
    from convopt.benchmarks.layer import LayerData
    from convopt.benchmarks.reporting.files import record_files

    facts = {"target": target.name}
    with record_files(arguments.csv, arguments.json, TILE_FIELDS, facts) as files:
        for layer in layers:
            search = Search.of(LayerData.random(layer), arguments.target)
            try:
                for candidate in tracked(search.candidates, layer.name):
                    search.attempt(candidate)
            finally:
                print_search(layer, search)
                for file in files:
                    file.add(tile_records(layer, search))
