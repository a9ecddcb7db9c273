"""Where compiling for CPUs and for GPUs part: the passes that plan, and the code that is made."""

from typing import TYPE_CHECKING

from convopt.backends.targets import GpuTarget, load_target
from convopt.pass_pipeline import named_pipeline, parse_pipeline
from convopt.passes.pipelines import PIPELINES
from convopt.precision import F16, F32, TF32, check_precision

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp
    from xdsl.passes import ModulePass

    from convopt.backends.targets import Target
    from convopt.emission import Code
    from convopt.gpu.emission import GpuCode

_LOWER = "conv-lower-precision"
_TAKE_TF32 = ("conv-fuse-modules", "conv-choose-blocks")


def planning_passes(target: str, precision: str = F32) -> "tuple[ModulePass, ...]":
    """From the level at which models are loaded to level 3.

    Raises ConvoptError for a precision that there is not, or not on the target.
    """
    description = load_target(target)
    check_precision(precision, description)
    if not isinstance(description, GpuTarget):
        return named_pipeline("simplify") + named_pipeline("plan", target=target)
    lower = [_LOWER] if precision == F16 else []
    option = "{tf32=true}" if precision == TF32 else ""
    plan = [f"{name}{option if name in _TAKE_TF32 else ''}" for name in PIPELINES["plan-gpu"]]
    return parse_pipeline(",".join([*PIPELINES["simplify"], *lower, *plan]), target=target)


def code_passes(target: str, precision: str = F32) -> "tuple[ModulePass, ...]":
    """From the level at which models are loaded to the one that code is made from: level 3 for
    GPUs, level 5 for CPUs. Raises as `planning_passes` does."""
    if isinstance(load_target(target), GpuTarget):
        return planning_passes(target, precision)
    check_precision(precision, load_target(target))
    return named_pipeline("default", target=target)


def code_of(module: "ModuleOp", target: "Target", symbol: str) -> "Code | GpuCode":
    """The code of a module that `code_passes` worked on; both kinds have `emit`."""
    if isinstance(target, GpuTarget):
        from convopt.gpu.emission import GpuCode

        return GpuCode(module, target, symbol)
    from convopt.emission import Code

    return Code(module, target, symbol)
