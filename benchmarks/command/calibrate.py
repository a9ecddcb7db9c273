"""Measure this machine, and let the compiler know.

One core's multiply-adds, and its bandwidths from each level of memory, are measured and kept in
convopt's cache folder. The target `host` takes them from there; until then it estimates. Models are
compiled anew where their plans may depend on the numbers.
"""

import argparse

from convopt.benchmarks.command.options import add_core
from convopt.cli.messages import EXIT_OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convopt-bench calibrate`."""
    add_core(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="print what is measured, and keep nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, print and keep."""
    from convopt.backends.targets.calibration import store_calibration
    from convopt.backends.targets.host import host_target
    from convopt.backends.targets.processor import processor_identity
    from convopt.benchmarks.limits.calibration import calibration_of
    from convopt.benchmarks.limits.machine import Machine
    from convopt.benchmarks.measuring.pinning import pin
    from convopt.benchmarks.reporting.machine_line import machine_facts, machine_lines

    cores = pin(core=arguments.core)
    target = host_target()
    limits = Machine(target).limits()
    for line in machine_lines(machine_facts(target, limits, cores, {})):
        print(line)
    if not arguments.dry_run:
        file = store_calibration(processor_identity(), calibration_of(limits))
        print(f"kept in {file}")
    return EXIT_OK
