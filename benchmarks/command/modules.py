"""Pairs and inverted residuals against other libraries and the machine's limit.

NAME is a module of the shipped table, a pattern such as 'pair*', or a .csv file like
benchmarks/layers/modules.csv; all shipped ones by default. All run interleaved on one core, after
their results were checked in float64, each library in its own layout. convopt runs twice: as its
planner decides, and with a separate kernel for every layer. The limit is the roofline of this
machine, which is measured first; what lies between the layers of a module is not counted in it.
"""

import argparse

from convopt.benchmarks.command.options import (
    add_core,
    add_files,
    add_peers,
    add_processes,
    add_rounds,
    add_target,
)

DEFAULT_PEERS = (
    "onednn",
    "onednn-nhwc",
    "onednn-fused",
    "torch",
    "torch-compile",
    "onnxruntime",
    "openvino",
    "litert",
    "ncnn",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench modules`."""
    parser.add_argument("modules", nargs="*", metavar="NAME", help="such as 'invres*'")
    add_peers(parser, DEFAULT_PEERS)
    add_target(parser)
    add_rounds(parser, default=30)
    add_processes(parser, default=1)
    add_core(parser)
    add_files(parser)
    parser.add_argument("--list", action="store_true", help="name modules and peers, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for; 1 if a result of convopt is wrong."""
    from convopt.benchmarks.command.module_run import run_modules

    return run_modules(arguments)
