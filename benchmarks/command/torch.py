"""PyTorch models through torch.compile, inference with batch 1.

MODEL is mobilenet_v2 or the name of a model of timm (random weights); six of them by default.
Everyone's result is compared with eager's; then all run in turn, pinned to as many cores as there
are threads: convopt and inductor as backends of torch.compile, inductor also in channels-last and
with frozen weights, and eager in both memory formats. Printed are minima and medians, how many
times as long as convopt the others take, and the part of eager's time for convolutions that belongs
to those which convopt took.
"""

import argparse

from convopt.benchmarks.command.options import add_files, add_rounds, word_list
from convopt.cli.options import count_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench torch`."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="such as mobilenetv3_large_100")
    parser.add_argument(
        "--contenders",
        type=word_list,
        metavar="NAME,...",
        help="who runs beside convopt: inductor, inductor-nhwc, inductor-frozen, eager, eager-nhwc "
        "(default all)",
    )
    parser.add_argument(
        "--threads", type=count_argument, default=1, metavar="N", help="of each (default 1)"
    )
    parser.add_argument(
        "--size", type=count_argument, metavar="N", help="height and width of the image"
    )
    add_rounds(parser, default=30)
    add_files(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare the models that were asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.torch_run import run_torch

    return run_torch(arguments)
