"""The report of a plan; for this machine, with what its kernels take."""

from typing import TYPE_CHECKING

from convopt.backends.targets import CpuTarget
from convopt.errors import ConvoptError
from convopt.pass_observer import PassClock
from convopt.report.collect import collect_report
from convopt.report.measure import can_measure, measured_seconds
from convopt.report.records import PhaseSeconds, Report

if TYPE_CHECKING:
    from convopt.compiler import Plan


def report_of(plan: "Plan") -> Report:
    """All numbers of a plan. For the target `host`, compiles it and measures each kernel.

    Raises ConvoptError for a GPU, for a module that is not planned, and for what has no kernel.
    """
    if not isinstance(plan.target, CpuTarget):
        raise ConvoptError(
            f"expected a plan for a CPU to report, found one for the GPU {plan.target.name}"
        )
    clock = PassClock(list(plan.pass_seconds))
    model, target = plan.model, plan.target
    measured = measured_seconds(model, target, clock) if can_measure(target) else None
    phases = [PhaseSeconds(*phase) for phase in clock.seconds]
    return collect_report(model, target, plan.remarks, phases, measured)
