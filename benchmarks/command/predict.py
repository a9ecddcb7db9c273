"""The compiler's predicted times against measured ones, on this machine.

TABLE is a layer table, the path of a CSV file, or fused_pairs; all by default. Each distinct layer,
and each pair both apart and fused, is compiled with bias and ReLU in convopt's own layout and timed
on one core. Weights are cold, as in a network: every call takes others, out of a memory larger than
L2. Predicted is from the layer's sizes and schedule, and from the machine's limits, which simple
loops measure in the same run; the clock is that beside each measurement. No constant is fitted to
what is predicted.

  convopt-bench predict
  convopt-bench predict mobilenet_v2 fused_pairs --only '*pw*' --csv predicted.csv
"""

import argparse

from convopt.benchmarks.command.options import (
    add_core,
    add_files,
    add_only,
    add_rounds,
    add_target,
)

DEFAULT_ROUNDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench predict`."""
    parser.add_argument(
        "tables", nargs="*", metavar="TABLE", help="such as mobilenet_v2 (default: all)"
    )
    add_only(parser)
    add_target(parser)
    add_rounds(parser, DEFAULT_ROUNDS)
    add_core(parser)
    parser.add_argument(
        "--summary", action="store_true", help="print no line for each case, only what all say"
    )
    add_files(parser, csv_holds="a line a case")


def run(arguments: argparse.Namespace) -> int:
    """Predict, measure and compare; the exit code."""
    from convopt.benchmarks.command.predict_run import run_predict

    return run_predict(arguments)
