"""From a case to its code, and to its kernels as the cost model sees them."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.llvm import emit_object
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import cpu_target
from convopt.benchmarks.prediction.cases import Case
from convopt.benchmarks.prediction.modules import chain
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.emission import Code
from convopt.errors import ConvoptError
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import named_pipeline, passes_named
from convopt.passes.cost.kernel_model import PlannedKernel, planned_kernel_of
from convopt.passes.plan.fuse_modules import FuseModulesPass

SYMBOL = "case"
EVERYTHING = "*"


@dataclass(frozen=True)
class CompiledCase:
    """Code whose entry runs all `kernels`, in order; `schedule` is what was planned, as text."""

    case: Case
    kernels: tuple[PlannedKernel, ...]
    schedule: str
    code: bytes
    interface: Interface
    weights: bytes


def compiled(case: Case, target: str) -> CompiledCase:
    """`target` is the name of a target, or the path of a target file.

    Raises ConvoptError where a case is to be fused and no schedule for that was found.
    """
    machine = cpu_target(target)
    module = chain(case.stages, machine.lanes)
    planning = [
        *passes_named(["conv-assign-layouts"], target=target),
        _fusing(case, target),
        *passes_named(["conv-choose-tiles"], target=target),
    ]
    run_passes(module, (*named_pipeline("simplify"), *planning), new_context())
    planned = _planned(module)
    if case.is_fused != any(isinstance(op, FusedOp) for op in planned):
        raise ConvoptError(f"{case.name}: expected a fused module, found separate kernels")
    kernels = tuple(planned_kernel_of(op, machine) for op in planned)
    schedule = "; ".join(_schedule(op) for op in planned)
    for pipeline in ("lower", "codegen"):
        run_passes(module, named_pipeline(pipeline, target=target), new_context())
    code = Code(module, machine, SYMBOL)
    content = emit_object(code.llvm_text(), machine)
    return CompiledCase(case, kernels, schedule, content, code.interface(), code.weights())


def _fusing(case: Case, target: str) -> ModulePass:
    if case.is_fused:
        return FuseModulesPass(target, force=EVERYTHING)
    return FuseModulesPass(target, forbid=EVERYTHING)


def _planned(module: ModuleOp) -> list[ConvolutionOp | FusedOp]:
    """The operations of the entry, in order; stages of a fused module belong to it."""
    (function,) = module.ops
    (block,) = function.regions[0].blocks
    return [op for op in block.ops if isinstance(op, ConvolutionOp | FusedOp)]


def _schedule(op: ConvolutionOp | FusedOp) -> str:
    if isinstance(op, ConvolutionOp):
        return str(op.schedule)
    tiles = (str(each.schedule) for each in op.body.block.ops if isinstance(each, ConvolutionOp))
    return f"{op.schedule} of {', '.join(tiles)}"
