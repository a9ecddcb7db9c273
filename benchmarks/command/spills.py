"""Vector registers that the innermost loops of kernels move to and from the stack.

Each distinct layer is compiled with bias and ReLU, in convopt's own layout, with the register tile
that convopt chooses. Nothing is run, so that any machine can look at the code for any target.
Prints the kernels whose innermost loops touch the stack; the exit code is 1 if there are any. With
--gradients, the gradients of the layers with regard to their input and their filter are compiled
instead.

  convopt-bench spills
  convopt-bench spills gradients --gradients --target x86-64-v4
  convopt-bench spills mobilenet_v2 resnext50_32x4d --target neoverse-n1 --target x86-64-v3
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

from convopt.benchmarks.command.options import add_only


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench spills`."""
    parser.add_argument(
        "tables",
        nargs="*",
        metavar="TABLE",
        help="layer tables or paths of CSV files (default: all shipped tables)",
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME",
        help="a CPU target; repeatable (default: all shipped CPU targets)",
    )
    add_only(parser)
    parser.add_argument(
        "--gradients", action="store_true", help="look at both gradients of the layers instead"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compile and look; 1 if there is stack traffic. An interrupted run says what it found."""
    from convopt.benchmarks.counts.report import tracked, wide_console
    from convopt.benchmarks.gradient import Gradient
    from convopt.benchmarks.layers.tables import chosen_layers, read_table, table_names
    from convopt.benchmarks.spills.report import summary, traffic_table
    from convopt.benchmarks.spills.stack_traffic import (
        StackTraffic,
        distinct,
        gradient_stack_traffic,
        stack_traffic,
    )

    tables = [read_table(name) for name in arguments.tables or table_names()]
    layers = distinct(chosen_layers([layer for table in tables for layer in table], arguments.only))
    jobs: list[Callable[[], StackTraffic]] = [
        partial(gradient_stack_traffic, layer, gradient, target)
        if gradient
        else partial(stack_traffic, layer, target)
        for target in _targets(arguments.target)
        for layer in layers
        for gradient in (Gradient if arguments.gradients else (None,))
    ]
    found: list[StackTraffic] = []
    try:
        for job in tracked(jobs, "compiling"):
            found.append(job())
    finally:
        spilling = [one for one in found if one.references]
        console = wide_console()
        if spilling:
            console.print(traffic_table(spilling))
        console.print(summary(found), highlight=False)
    return 1 if spilling else 0


def _targets(names: Sequence[str]) -> list[str]:
    """Those that were named, or all shipped ones. Raises ConvoptError for what is no CPU."""
    from convopt.backends.targets import CpuTarget, cpu_target, load_target, target_names
    from convopt.backends.targets.loading import HOST

    if names:
        for name in names:
            cpu_target(name)
        return list(names)
    shipped = (name for name in target_names() if name != HOST)
    return [name for name in shipped if isinstance(load_target(name), CpuTarget)]
