"""From the llvm dialect to LLVM IR text."""

from xdsl.dialects import llvm
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.llvm.barrier import BARRIER, barrier_text
from convopt.backends.llvm.function_text import FunctionText
from convopt.backends.llvm.interface import ENTRY
from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError


def to_llvm_text(module: ModuleOp, target: CpuTarget, symbol_prefix: str) -> str:
    """LLVM IR for a module of llvm functions.

    `@main` becomes `<symbol_prefix>_run`. A declared `@convopt_barrier` is defined here.
    Raises ConvoptError for an operation that is not of the llvm dialect, and for any other function
    that is only declared.
    """
    declarations: dict[str, str] = {}
    parts: list[str] = []

    def rename(name: str) -> str:
        return f"{symbol_prefix}_run" if name == ENTRY else name

    for op in module.ops:
        if not isinstance(op, llvm.FuncOp):
            raise ConvoptError(f"expected llvm.func at the top of the module, found {op.name}")
        if op.body.blocks:
            parts.append(FunctionText(declarations, rename).define(op))
        elif op.sym_name.data == BARRIER:
            parts.append(barrier_text(target.arch))
        else:
            raise ConvoptError(
                f"expected every function to have a body, found the declaration @{op.sym_name.data}"
            )
    head = f'target triple = "{target.triple}"\n'
    # Kernels must not be recognised as memset or memcpy: an object may have no undefined symbol.
    order = f' "tune-cpu"="{target.schedule_for}"' if target.schedule_for else ""
    attributes = f'attributes #0 = {{ nounwind "no-builtins"{order} }}\n'
    return "\n".join([head, *parts, "".join(declarations.values()), attributes])
