"""Where compiling for CPUs and for GPUs part: the passes that plan, and the code that is made."""

from typing import TYPE_CHECKING

from convopt.backends.targets import GpuTarget, Target
from convopt.passes.pipelines import PIPELINES

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from convopt.emission import Code
    from convopt.gpu.emission import GpuCode


def planning_passes(target: Target) -> tuple[str, ...]:
    """From the level at which models are loaded to level 3."""
    plan = "plan-gpu" if isinstance(target, GpuTarget) else "plan"
    return PIPELINES["simplify"] + PIPELINES[plan]


def code_passes(target: Target) -> tuple[str, ...]:
    """From the level at which models are loaded to the one that code is made from: level 3 for
    GPUs, level 5 for CPUs."""
    return planning_passes(target) if isinstance(target, GpuTarget) else PIPELINES["default"]


def code_of(module: "ModuleOp", target: Target, symbol: str) -> "Code | GpuCode":
    """The code of a module that `code_passes` worked on; both kinds have `emit`."""
    if isinstance(target, GpuTarget):
        from convopt.gpu.emission import GpuCode

        return GpuCode(module, target, symbol)
    from convopt.emission import Code

    return Code(module, target, symbol)
