"""Whole networks against other libraries.

MODEL is the name of a network (random weights), of a real model that comes with an installed
package, a pattern of such names, or a .onnx file; all names by default. Everyone's result is
compared with onnxruntime's; then all run in turn, pinned to as many cores as there are threads.
Printed are minima and medians, convopt's share of the compute limit (what the multiply-adds take at
the peak that is measured, too), and how many times faster convopt is than the best peer in fp32.
"""

import argparse
from pathlib import Path

DEFAULT_PEERS = ("onnxruntime", "openvino", "ncnn", "torch-compile")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench models`."""
    from convopt.cli.options import count_argument, shape_argument

    parser.add_argument("models", nargs="*", metavar="MODEL", help="such as 'resnet34_*'")
    parser.add_argument(
        "--peers",
        type=_words,
        default=list(DEFAULT_PEERS),
        metavar="NAME,...",
        help=f"libraries to compare with, all or none (default {','.join(DEFAULT_PEERS)})",
    )
    parser.add_argument(
        "--threads",
        type=count_argument,
        default=1,
        metavar="N",
        help="of each library; from 2 on convopt runs on one, too (default 1)",
    )
    parser.add_argument(
        "--target",
        default="host",
        metavar="NAME",
        help="what convopt compiles for, such as x86-64-v3 (default host)",
    )
    parser.add_argument(
        "--rounds", type=count_argument, default=30, metavar="N", help="bursts of each (default 30)"
    )
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
    parser.add_argument("--json", type=Path, metavar="FILE", help="all results and the machine")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a line a result, as they come")
    parser.add_argument(
        "--save", type=Path, metavar="FOLDER", help="write the models as .onnx files, and stop"
    )
    parser.add_argument("--list", action="store_true", help="name models and peers, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Compare the models that were asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.model_run import run_models

    return run_models(arguments)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
