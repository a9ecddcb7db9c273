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
from pathlib import Path

from convopt.cli.options import count_argument

DEFAULT_TABLE = "typical"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench search`."""
    parser.add_argument("patterns", nargs="*", metavar="LAYER", help="such as 'dw3*'")
    parser.add_argument(
        "--layers",
        default=DEFAULT_TABLE,
        metavar="TABLE",
        help=f"a layer table or the path of a CSV file (default {DEFAULT_TABLE})",
    )
    parser.add_argument(
        "--target",
        default="host",
        metavar="NAME",
        help="what convopt compiles for, such as x86-64-v3 (default host)",
    )
    parser.add_argument(
        "--rounds", type=count_argument, default=20, metavar="N", help="bursts of each (default 20)"
    )
    parser.add_argument(
        "--processes",
        type=count_argument,
        default=5,
        metavar="N",
        help="fresh processes to take medians over (default 5)",
    )
    parser.add_argument("--core", type=int, metavar="N", help="default: the last")
    parser.add_argument(
        "--summary", action="store_true", help="print no table for each layer, only the distances"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="all results and the machine")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a line a tile, as layers come")


def run(arguments: argparse.Namespace) -> int:
    """Search; the exit code."""
    from convopt.benchmarks.command.search_run import run_search

    return run_search(arguments)
