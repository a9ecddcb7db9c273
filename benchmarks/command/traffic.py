"""Memory traffic that fusion saves, as the planner's cost model counts it. Nothing is run.

Each NAME is a network or fused_pairs, a table of neighbours in four networks; all by default. For
CPUs what is moved beyond L2 counts, for GPUs what is moved between global and shared memory. Apart,
every convolution is a kernel of its own with its best tile; fused, networks have the modules that
the planner chooses, pairs are one module, in parentheses where the planner leaves them apart. On
CPUs weights are cold and the layer before has just made the input. Operations other than
convolutions are not counted. fp32, batch 1.

  convopt-bench traffic
  convopt-bench traffic fused_pairs --target gtx-1660 --only mobilenet_v2
  convopt-bench traffic mobilenet_v2 xception --csv traffic.csv
"""

import argparse
import sys
from typing import TYPE_CHECKING

from convopt.benchmarks.command.options import add_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convopt.benchmarks.traffic.saving import Saving


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench traffic`."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="fused_pairs or a network (default: all)"
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="a CPU or GPU target; repeatable (default: all shipped targets)",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only pairs whose name, kind or network matches, and such networks; repeatable",
    )
    add_files(parser, json_holds="all results", csv_holds="a line a case and target")


def run(arguments: argparse.Namespace) -> int:
    """Plan and print; the exit code."""
    from convopt.backends.targets import load_target
    from convopt.benchmarks.counts.report import tracked
    from convopt.benchmarks.reporting.files import record_files
    from convopt.benchmarks.traffic.cases import read_cases, shipped_targets
    from convopt.benchmarks.traffic.records import FIELDS, record

    targets = arguments.target or shipped_targets()
    for name in targets:
        load_target(name)
    cases = read_cases(arguments.names, arguments.only)
    found: list[Saving] = []
    with record_files(arguments.csv, arguments.json, FIELDS, {"targets": targets}) as files:
        for case in tracked(cases, "planning"):
            for name in targets:
                saving = case.saving(name)
                if saving is None:
                    continue
                found.append(saving)
                for file in files:
                    file.add([record(saving)])
    _print(found)
    return 0


def _print(found: "Sequence[Saving]") -> None:
    from rich.console import Console

    from convopt.benchmarks.traffic.tables import (
        FILE_WIDTH,
        HEADLINE,
        headline_line,
        networks_table,
        pairs_table,
    )

    console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
    lines: list[str] = []
    for machines, where, on_gpu in (
        ("CPUs", "beyond L2", False),
        ("GPUs", "between global and shared memory", True),
    ):
        mine = [each for each in found if each.on_gpu == on_gpu]
        pairs = [each for each in mine if not each.is_network]
        networks = [each for each in mine if each.is_network]
        if pairs:
            console.print(pairs_table(pairs, f"{machines}: traffic {where} that fusion saves"))
            lines.append(headline_line(pairs, machines))
        if networks:
            console.print(networks_table(networks, f"{machines}: traffic {where} of networks"))
    lines.append(f"published: {HEADLINE}")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
