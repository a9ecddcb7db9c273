"""Gradients of single convolutions against PyTorch, oneDNN and the machine's limit.

All run interleaved on one core, after their results were checked in float64. TABLE is the name of
a shipped table or a .csv file with the same columns. convopt reads and writes its channel blocks,
oneDNN the formats that it picks or NHWC, PyTorch channels-last or NCHW. Printed are times, how many
times faster than the best of the others and than PyTorch on NCHW convopt is, and geometric means of
these over the column `network`.
"""

import argparse

from convopt.benchmarks.command.options import (
    add_core,
    add_files,
    add_only,
    add_peers,
    add_processes,
    add_rounds,
    add_target,
)
from convopt.cli.options import one_of

DEFAULT_TABLE = "gradients"
DEFAULT_PEERS = ("onednn", "onednn-nhwc", "torch")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench gradients`."""
    parser.add_argument(
        "tables", nargs="*", metavar="TABLE", help=f"default {DEFAULT_TABLE}", default=[]
    )
    add_only(parser)
    add_peers(parser, DEFAULT_PEERS)
    parser.add_argument(
        "--of",
        type=one_of("data", "weights", "both"),
        default="both",
        metavar="data|weights|both",
        help="with regard to the input, the filter, or one after the other (default both)",
    )
    add_target(parser)
    add_rounds(parser, default=30)
    add_processes(parser, default=1)
    add_core(parser)
    add_files(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.gradient_run import run_gradients

    return run_gradients(arguments)
