"""`convopt-bench`: finds the subcommand, and imports only that.

A subcommand is a module of this package with `add_arguments(parser)`, which imports nothing heavy,
and `run(arguments) -> int`, which gives the exit code and raises ConvoptError.
"""

import argparse
import importlib
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from convopt.cli.options import OneLineParser, add_version, one_of

PROGRAM = "convopt-bench"

_PACKAGE = "convopt.benchmarks.command"

SUBCOMMANDS = {
    "layers": "single convolutions against other libraries and the machine's limit",
    "gradients": "gradients of single convolutions against PyTorch and oneDNN",
    "modules": "pairs and inverted residuals, fused and separate, against other libraries",
    "models": "whole networks against other libraries",
    "torch": "PyTorch models through torch.compile, by convopt, inductor and eager",
    "training": "MobileNetV2 trained through torch.compile, by convopt, inductor and eager",
    "counts": "exact instruction and byte counts on AArch64, from an emulator",
    "search": "every register tile of layers timed, to check the one that is chosen",
    "predict": "the compiler's predicted times against measured ones",
    "traffic": "memory traffic that fusion saves, modelled, on CPUs and GPUs",
    "misses": "cache misses that fusion saves on AArch64, from an emulator",
    "spills": "vector registers that innermost loops put on the stack",
    "gpu-bundle": "a folder of kernels and a script, to measure on a machine with a GPU",
    "board": "all of these on one machine, or code to take to a board without Python",
    "calibrate": "measure this machine, and let the compiler know",
}

_EXAMPLES = """\
examples:
  convopt-bench layers host_peer_set --peers onednn,onnxruntime --csv layers.csv
  convopt-bench models mobilenet_v2 --peers onnxruntime,openvino
"""


class Subcommand(Protocol):
    """What a subcommand's module offers. Its docstring is the description in --help."""

    __doc__: str | None
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def run(arguments: Sequence[str]) -> int:
    """The command with its arguments; the exit code. Errors are exceptions."""
    chosen = _parser().parse_args(list(arguments))
    module = cast(
        Subcommand, importlib.import_module(f"{_PACKAGE}.{chosen.name.replace('-', '_')}")
    )
    parser = OneLineParser(
        prog=f"{PROGRAM} {chosen.name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    return module.run(parser.parse_known(chosen.arguments))


def _parser() -> OneLineParser:
    summaries = "\n".join(f"  {name:<11} {summary}" for name, summary in SUBCOMMANDS.items())
    parser = OneLineParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} SUBCOMMAND [ARGUMENTS]",
        description=f"Speed, side by side with other libraries, in one run.\n\n{summaries}",
        epilog=f"`{PROGRAM} SUBCOMMAND --help` says more.\n\n{_EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_version(parser)
    parser.add_argument(
        "name", type=one_of(*SUBCOMMANDS), metavar="SUBCOMMAND", help="one of the above"
    )
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser
