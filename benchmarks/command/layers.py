"""Single convolutions against other libraries and the machine's limit.

All run interleaved on one core, after their results were checked in float64. TABLE is the name of
a shipped table or a .csv file with the same columns. Printed are, for convopt's own layout and for
NCHW in and out, times in microseconds, the share of the limit (the roofline of this machine, which
is measured first), each library's time, and geometric means over classes of layers.
"""

import argparse
from pathlib import Path

from convopt.cli.options import count_argument, one_of

DEFAULT_PEERS = (
    "onednn",
    "onednn-nhwc",
    "torch",
    "torch-compile",
    "onnxruntime",
    "openvino",
    "litert",
    "ncnn",
    "tvm-gspc",
)
"""Without TVM's default lowering and IREE, which take most of a run over a long table and are never
the fastest, and without OpenVINO's own choice of precision, which may be bf16."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench layers`."""
    parser.add_argument("tables", nargs="*", metavar="TABLE", help="default host_peer_set")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only layers whose name, network, kind or class matches, such as 'dw3*'; repeatable",
    )
    parser.add_argument(
        "--peers",
        type=_words,
        default=list(DEFAULT_PEERS),
        metavar="NAME,...",
        help=f"libraries to compare with, all or none (default {','.join(DEFAULT_PEERS)})",
    )
    parser.add_argument(
        "--layout", type=one_of("own", "nchw", "both"), default="both", metavar="own|nchw|both"
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
        "--processes",
        type=count_argument,
        default=1,
        metavar="N",
        help="measure in N fresh processes and take medians (default 1: in this one)",
    )
    parser.add_argument("--core", type=int, metavar="N", help="default: the last")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all results and the machine")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a line a result, as they come")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE.svg", help="roofline and bars, as .svg or .png"
    )
    parser.add_argument("--list", action="store_true", help="name tables and peers, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.layer_run import run_layers

    return run_layers(arguments)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
