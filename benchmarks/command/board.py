"""All benchmarks of one machine, such as an AArch64 board, in one folder.

Measures the machine's limits, then the shipped layers and networks side by side with the libraries
that are installed, and writes CSV, JSON and a description of the machine. An interrupted run leaves
what it has. --tables and --models shorten it.

For a board without Python, --export writes on any machine a folder with compiled layers and models,
a C program that times them, and a Makefile: copy it there and say `make`.

  convopt-bench board --out board
  convopt-bench board --export to_board --target cortex-a72 --tables aarch64_counts --models none
"""

import argparse
from pathlib import Path

from convopt.benchmarks.command.options import add_core, add_peers, add_rounds, word_list

DEFAULT_PEERS = ("onnxruntime", "ncnn")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench board`."""
    add_peers(parser, DEFAULT_PEERS)
    parser.add_argument(
        "--tables",
        type=word_list,
        default=[],
        metavar="TABLE,...",
        help="layer tables or CSV files, or none (default: all that are shipped)",
    )
    parser.add_argument(
        "--models",
        type=word_list,
        default=[],
        metavar="MODEL,...",
        help="networks, .onnx files, patterns, or none (default: all that there are)",
    )
    add_rounds(parser, default=20)
    add_core(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("board"),
        metavar="FOLDER",
        help="where results go (default board)",
    )
    parser.add_argument(
        "--keep-calibration",
        action="store_true",
        help="also let the compiler know the machine's limits, as `convopt-bench calibrate` does",
    )
    parser.add_argument(
        "--export", type=Path, metavar="FOLDER", help="write a folder for a board without Python"
    )
    parser.add_argument(
        "--target", metavar="NAME", help="what --export compiles for, such as cortex-a72"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure or export; the exit code."""
    from convopt.errors import UsageError

    if (arguments.export is None) != (arguments.target is None):
        raise UsageError("expected --export and --target together, found one of them")
    if arguments.export is not None:
        from convopt.benchmarks.command.board_export import run_export

        return run_export(arguments)
    from convopt.benchmarks.command.board_run import run_board

    return run_board(arguments)
