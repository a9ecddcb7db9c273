"""Every legal register tile of layers, timed on this machine, to check the one that is chosen.

LAYER is a pattern for name, network, kind or class of layers, such as 'dw3*'; all of the table by
default. Each tile is compiled for convopt's own layout, checked in float64 and timed in turn with
the others, in several fresh processes; times are medians over these. Tiles that compile to the same
code are timed once. `convopt-bench counts --search` does the same with instruction counts on
AArch64.

  convopt-bench search
  convopt-bench search 'dw3*' --layers mobilenet_v2 --csv tiles.csv
"""

import argparse

from convopt.benchmarks.command.options import (
    add_core,
    add_files,
    add_layers,
    add_processes,
    add_rounds,
    add_target,
)

DEFAULT_TABLE = "typical"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench search`."""
    parser.add_argument("patterns", nargs="*", metavar="LAYER", help="such as 'dw3*'")
    add_layers(parser, DEFAULT_TABLE)
    add_target(parser)
    add_rounds(parser, default=20)
    add_processes(parser, default=5)
    add_core(parser)
    parser.add_argument(
        "--summary", action="store_true", help="print no table for each layer, only the distances"
    )
    add_files(parser, csv_holds="a line a tile, as layers come")


def run(arguments: argparse.Namespace) -> int:
    """Search; the exit code."""
    from convopt.benchmarks.command.search_run import run_search

    return run_search(arguments)
