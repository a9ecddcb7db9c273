"""From a case to its code, and to its kernels as the cost model sees them."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm import emit_object
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.prediction.cases import Case
from convopt.benchmarks.prediction.modules import chain
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.emission import Code
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import named_pipeline, passes_named
from convopt.passes.cost.kernel_model import PlannedKernel, planned_kernel_of

SYMBOL = "case"


@dataclass(frozen=True)
class CompiledCase:
    """Code whose entry runs all `kernels`, in order."""

    case: Case
    kernels: tuple[PlannedKernel, ...]
    code: bytes
    interface: Interface


def compiled(case: Case, target: str) -> CompiledCase:
    """`target` is the name of a target, or the path of a target file."""
    machine = cpu_target(target)
    module = chain(case.stages, machine.lanes)
    planning = passes_named(["conv-assign-layouts", "conv-choose-tiles"], target=target)
    run_passes(module, (*named_pipeline("simplify"), *planning), new_context())
    kernels = _kernels(module, machine)
    for pipeline in ("lower", "codegen"):
        run_passes(module, named_pipeline(pipeline, target=target), new_context())
    code = Code(module, machine, SYMBOL)
    return CompiledCase(case, kernels, emit_object(code.llvm_text(), machine), code.interface())


def _kernels(module: ModuleOp, target: CpuTarget) -> tuple[PlannedKernel, ...]:
    """Of the operations of the entry, in order; stages of a fused module belong to it."""
    (function,) = module.ops
    (block,) = function.regions[0].blocks
    planned = (op for op in block.ops if isinstance(op, ConvolutionOp | FusedOp))
    return tuple(planned_kernel_of(op, target) for op in planned)
