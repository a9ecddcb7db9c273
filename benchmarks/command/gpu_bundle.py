"""A folder to take to a machine with an NVIDIA GPU: kernels, what they compute, a script.

Pairs (of four networks, and of the vision transformers CeiT and CMT), single layers and whole
networks are planned and compiled for a GPU target, pairs fused and apart, in f32, tf32 and f16; and
by TVM with its default schedules. On the machine, `python run.py run` needs torch with CUDA and
nothing else: it checks and times them beside cuDNN and torch.compile; see benchmarks/README.md.
Needs TVM and nvcc here, and no GPU.

  convopt-bench gpu-bundle --target h200 --out bundle
  convopt-bench gpu-bundle --target rtx-a4000 --out small --kinds pairs --only 'mobilenet_v2'
"""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convopt.benchmarks.command.options import word_list
from convopt.cli.options import count_argument
from convopt.errors import UsageError

if TYPE_CHECKING:
    from convopt.benchmarks.gpu.cases import BenchmarkCase

_BATCHES = "pairs=1+8+32,layers=1,networks=1+8"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench gpu-bundle`."""
    parser.add_argument("--target", default="h200", metavar="NAME", help="a GPU (default h200)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="to be written")
    parser.add_argument(
        "--batches",
        type=word_list,
        default=word_list(_BATCHES),
        metavar="KIND=N+N,...",
        help=f"what is taken in, and for which batches (default {_BATCHES})",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only cases whose name or network matches; repeatable",
    )
    parser.add_argument(
        "--samples",
        type=int,
        default=50,
        metavar="N",
        help="schedules drawn for a pair, to judge the planner by (default 50)",
    )
    parser.add_argument(
        "--sampled-every",
        type=count_argument,
        default=8,
        metavar="N",
        help="draw them for every Nth pair (default 8)",
    )
    parser.add_argument(
        "--jobs",
        type=count_argument,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that compile (default: one a core)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compile and write; the exit code."""
    from convopt.benchmarks.gpu.bundle import Request, write_bundle

    request = Request(
        arguments.target,
        _cases(arguments.batches, arguments.only),
        arguments.samples,
        arguments.sampled_every,
        arguments.jobs,
    )
    size = write_bundle(arguments.out, request, _progress)
    print(f"{arguments.out}: {len(request.cases)} cases, {size / 1e6:.1f} MB")
    return 0


def _cases(words: list[str], only: list[str]) -> "list[BenchmarkCase]":
    """Raises UsageError for other words than `pairs=1+8`, and where no case matches."""
    from convopt.benchmarks.gpu.cases import KINDS, read_cases

    found = []
    wanted = [_batches(word, KINDS) for word in words]
    for kind, batches in wanted:
        found += read_cases(kind, batches, only)
    if not found:
        raise UsageError(f"expected patterns that a case matches, found {', '.join(only)}")
    return found


def _batches(word: str, kinds: tuple[str, ...]) -> tuple[str, list[int]]:
    kind, _, numbers = word.partition("=")
    sizes = numbers.split("+")
    if kind not in kinds or not all(size.isdecimal() and int(size) for size in sizes):
        raise UsageError(
            f"--batches: expected such as {kinds[0]}=1+8 for {', '.join(kinds)}, found '{word}'"
        )
    return kind, [int(size) for size in sizes]


def _progress(items: Iterable[Any], count: int, title: str) -> Iterable[Any]:
    """A bar on standard error while that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, title, count, console=console, disable=not console.is_terminal)
