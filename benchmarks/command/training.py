"""MobileNetV2 trained on synthetic images, by convopt, inductor and eager.

Everyone starts from the same parameters. In every round each makes one step on the same batch:
forward, cross entropy, backward, gradient descent without momentum. The process is pinned to as
many cores as there are threads. Printed are the first step, which compiles, the least and the
median of the others, how many times faster convopt is, the losses, and how far they are from
eager's at most.
"""

import argparse
import math

from convopt.benchmarks.command.options import add_core, add_json, word_list
from convopt.cli.options import count_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench training`."""
    parser.add_argument(
        "--contenders",
        type=word_list,
        metavar="NAME,...",
        help="out of convopt, inductor, inductor-nhwc, eager, eager-nhwc (default all)",
    )
    for name, default, what in (
        ("--steps", 200, "of each"),
        ("--batch", 32, "images a step"),
        ("--size", 96, "height and width of images"),
        ("--classes", 10, "of images"),
        ("--threads", 1, "of each contender"),
    ):
        parser.add_argument(
            name,
            type=count_argument,
            default=default,
            metavar="N",
            help=f"{what} (default {default})",
        )
    parser.add_argument(
        "--learning-rate",
        type=rate_argument,
        default=3e-4,
        metavar="X",
        help="default 0.0003",
    )
    parser.add_argument(
        "--seed", type=seed_argument, default=0, metavar="N", help="of parameters and images"
    )
    add_core(parser)
    add_json(parser, "all losses and times, and the machine")


def rate_argument(text: str) -> float:
    """A finite number above 0; an argparse type."""
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, found '{text}'")
    return rate


def seed_argument(text: str) -> int:
    """A number from 0 that 64 bits hold; an argparse type."""
    if not (text.isdecimal() and int(text) < 1 << 64):
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 2^64 - 1, found '{text}'")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Train and report; the exit code."""
    from convopt.benchmarks.command.training_run import run_training

    return run_training(arguments)
