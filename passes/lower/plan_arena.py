"""The pass conv-plan-arena."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func, memref
from xdsl.dialects.builtin import FunctionType, IntegerAttr, ModuleOp, i64
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.passes import remarks
from convopt.passes.lower.arena import Lifetime, aligned, largest_live_set, place
from convopt.passes.lower.builder import INDEX
from convopt.passes.lower.entry import BARRIER_BYTES, bytes_memref


@dataclass(frozen=True)
class PlanArenaPass(ModulePass):
    """Place the entry's `memref.alloc`s in the workspace, which gets its size.

    Why: buffers that are not needed at the same time share memory, and compiled code allocates
    nothing. Bytes 0 to 63 of the workspace are the barrier's. The entry's attribute
    `conv.live_bytes` says how much is alive at once at most: no plan needs less.
    Preconditions: conv-outline-kernels has run; buffers are used through `memref.view` only.

    Before:
    ```mlir
    %a = memref.alloc() : memref<1024xi8>
    %b = memref.view %a[%c0][] : memref<1024xi8> to memref<256xf32>
    ```
    After:
    ```mlir
    %b = memref.view %workspace[%c64][] : memref<1088xi8> to memref<256xf32>
    ```
    """

    name = "conv-plan-arena"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.body.block.ops:
            if isinstance(function, func.FuncOp) and "conv.entry" in function.attributes:
                _plan(function, self.name)


def _plan(function: func.FuncOp, pass_name: str) -> None:
    block = function.body.block
    allocations = [op for op in block.ops if isinstance(op, memref.AllocOp)]
    step_of = {op: step for step, op in enumerate(block.ops)}
    lifetimes = [_lifetime(op, step_of) for op in allocations]
    offsets, total = place(lifetimes)
    workspace = _resize_workspace(function, BARRIER_BYTES + total)
    for op, offset in zip(allocations, offsets, strict=True):
        constant = arith.ConstantOp.from_int_and_width(BARRIER_BYTES + offset, INDEX)
        block.insert_op_before(constant, op)
        for use in list(op.memref.uses):
            view = use.operation
            assert isinstance(view, memref.ViewOp)
            view.operands[0] = workspace
            view.operands[1] = constant.result
        block.erase_op(op)
    live = largest_live_set(lifetimes)
    function.attributes["conv.live_bytes"] = IntegerAttr(live, i64)
    message = (
        f"workspace of {total} bytes for {len(allocations)} buffers, "
        f"{sum(aligned(b.size) for b in lifetimes)} bytes in all, {live} alive at once"
    )
    remarks.analysis(pass_name, function, message)


def _lifetime(op: memref.AllocOp, step_of: dict[Operation, int]) -> Lifetime:
    """From the first to the last call that gets a view of the buffer."""
    steps = [
        step_of[user.operation]
        for view in op.memref.uses
        for user in view.operation.results[0].uses
    ]
    size = op.memref.type.get_shape()[0]
    return Lifetime(size, min(steps), max(steps))


def _resize_workspace(function: func.FuncOp, size: int) -> SSAValue:
    arguments = function.body.block.args
    old = arguments[len(arguments) - 3]
    workspace = Rewriter.replace_value_with_new_type(old, bytes_memref(size))
    types = [argument.type for argument in function.body.block.args]
    function.properties["function_type"] = FunctionType.from_lists(types, [])
    return workspace
