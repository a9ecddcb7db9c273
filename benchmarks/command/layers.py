"""Single convolutions against other libraries and the machine's limit.

All run interleaved on one core, after their results were checked in float64. TABLE is the name of
a shipped table or a .csv file with the same columns. Printed are, for convopt's own layout and for
NCHW in and out, times in microseconds, the share of the limit (the roofline of this machine, which
is measured first), each library's time, and geometric means over classes of layers.
"""

import argparse
from pathlib import Path

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
    add_only(parser)
    add_peers(parser, DEFAULT_PEERS)
    parser.add_argument(
        "--layout", type=one_of("own", "nchw", "both"), default="both", metavar="own|nchw|both"
    )
    add_target(parser)
    add_rounds(parser, default=30)
    add_processes(parser, default=1)
    add_core(parser)
    add_files(parser)
    parser.add_argument(
        "--plot", type=Path, metavar="FILE.svg", help="roofline and bars, as .svg or .png"
    )
    parser.add_argument("--list", action="store_true", help="name tables and peers, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.layer_run import run_layers

    return run_layers(arguments)
