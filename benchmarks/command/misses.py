"""Cache misses that fusion saves on AArch64: accesses of an emulator, on a model of two caches.

Pairs of the table fused_pairs, each with bias and ReLU, run once as two kernels after one another
and once as a fused module with the schedule that the planner takes for the pair; in parentheses
stands what is saved where the planner would not fuse it. Every load and store counts, prefetches
do not. L1: 64 KiB, 4 ways; L2: 512 KiB, 8 ways; lines of 64 bytes, the least recently used goes,
stores fetch what they miss. Caches are empty when a run begins, and nothing is prefetched. Both
results are compared. Beside the misses of L2 stands how many the planner's memory model expects
of such a cache.

  convopt-bench misses
  convopt-bench misses --all --target cortex-a72 --csv misses.csv
  convopt-bench misses --network mobilenet_v1 --only pwdw
"""

import argparse
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from convopt.benchmarks.command.options import add_files

if TYPE_CHECKING:
    from convopt.benchmarks.layers.pairs import Pair
    from convopt.benchmarks.misses.emulated import PairMisses

DEFAULT_TARGETS = ("neoverse-n1", "cortex-a72")
DEFAULT_NETWORK = "mobilenet_v2"
MOST_MACS = 8_000_000
"""Pairs of more take up to a quarter of a minute each."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench misses`."""
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help=f"an AArch64 target; repeatable (default {' and '.join(DEFAULT_TARGETS)})",
    )
    parser.add_argument(
        "--network",
        default=DEFAULT_NETWORK,
        metavar="NAME",
        help=f"whose pairs (default {DEFAULT_NETWORK})",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only pairs whose name or kind matches, such as 'pwdw'; repeatable",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"also pairs of more than {MOST_MACS / 1e6:.0f} million multiply-adds",
    )
    add_files(parser, json_holds="all results", csv_holds="a line a pair and target")


def run(arguments: argparse.Namespace) -> int:
    """Run and compare; the exit code. What there is when something goes wrong is still reported."""
    from convopt.benchmarks.command.counts import emulated_target
    from convopt.benchmarks.counts.report import tracked, wide_console
    from convopt.benchmarks.misses.emulated import measure
    from convopt.benchmarks.misses.tables import (
        FIELDS,
        misses_table,
        model_line,
        record,
        summary_line,
    )
    from convopt.benchmarks.reporting.files import record_files

    targets = arguments.target or list(DEFAULT_TARGETS)
    for name in targets:
        emulated_target(name)
    pairs = chosen_pairs(arguments.network, arguments.only, is_all=arguments.all)
    found: list[PairMisses] = []
    with record_files(arguments.csv, arguments.json, FIELDS, {"targets": targets}) as files:
        try:
            for pair in tracked(pairs, "emulating"):
                for name in targets:
                    found.append(measure(pair, name))
                    for file in files:
                        file.add([record(found[-1])])
        finally:
            console = wide_console()
            console.print(misses_table(found, "lines missed, 64 KiB L1 and 512 KiB L2"))
            for line in (summary_line(found), model_line(found)):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


def chosen_pairs(network: str, patterns: list[str], *, is_all: bool) -> "list[Pair]":
    """Raises UsageError if there is none."""
    from convopt.benchmarks.layers.pairs import read_pairs
    from convopt.errors import UsageError

    networks = dict.fromkeys(pair.network for pair, _ in read_pairs())
    if network not in networks:
        raise UsageError(f"expected a network out of {', '.join(networks)}, found '{network}'")
    pairs = [pair for pair, _ in read_pairs() if pair.network == network]
    if patterns:
        pairs = [
            pair
            for pair in pairs
            if any(fnmatchcase(word, one) for word in (pair.name, pair.kind) for one in patterns)
        ]
    chosen = [pair for pair in pairs if is_all or pair.macs <= MOST_MACS]
    if not chosen:
        hint = ": --all takes in larger ones" if pairs else ""
        raise UsageError(f"expected pairs of {network} to run, found none{hint}")
    return chosen
