"""Whole networks against other libraries.

MODEL is the name of a network (random weights), of a real model that comes with an installed
package, a pattern of such names, or a .onnx file; all names by default. Everyone's result is
compared with onnxruntime's; then all run in turn, pinned to as many cores as there are threads.
Printed are minima and medians, convopt's share of the compute limit (what the multiply-adds take at
the peak that is measured, too), and how many times faster convopt is than the best peer in fp32.
"""

import argparse
from pathlib import Path

from convopt.benchmarks.command.options import add_files, add_peers, add_rounds, add_target
from convopt.cli.options import count_argument, shape_argument

DEFAULT_PEERS = ("onnxruntime", "openvino", "ncnn", "torch-compile")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench models`."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="such as 'resnet34_*'")
    add_peers(parser, DEFAULT_PEERS)
    parser.add_argument(
        "--threads",
        type=count_argument,
        default=1,
        metavar="N",
        help="of each library; from 2 on convopt runs on one, too (default 1)",
    )
    add_target(parser)
    add_rounds(parser, default=30)
    parser.add_argument(
        "--shape",
        dest="shapes",
        action="append",
        default=[],
        type=shape_argument,
        metavar="NAME=1x3x224x224",
        help="the shape of an input, for files that leave it open; repeatable",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="print convopt's kernels of each model, too, the slowest first",
    )
    add_files(parser)
    parser.add_argument(
        "--save", type=Path, metavar="FOLDER", help="write the models as .onnx files, and stop"
    )
    parser.add_argument("--list", action="store_true", help="name models and peers, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Compare the models that were asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.model_run import run_models

    return run_models(arguments)
