"""The pass conv-plan-arena."""

from dataclasses import dataclass
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects import arith, func, memref
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IntegerAttr,
    ModuleOp,
    i64,
)
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.passes import remarks
from convopt.passes.lower.arena import Lifetime, aligned, largest_live_set, place
from convopt.passes.lower.builder import INDEX
from convopt.passes.lower.entry import BARRIER_BYTES, bytes_memref

_Buffer: TypeAlias = memref.AllocOp | memref.AllocaOp


@dataclass(frozen=True)
class PlanArenaPass(ModulePass):
    """Place the entry's buffers in the workspace, which gets its size.

    Why: buffers that are not needed at the same time share memory, and compiled code allocates
    nothing. Bytes 0 to 63 of the workspace are the barrier's, `memref.alloc`s come next. What
    follows is for `memref.alloca`s, once for every thread; the argument's attribute
    `conv.thread_bytes` says how much that is. The type of the argument is for one thread. The
    entry's attribute `conv.live_bytes` says how much is alive at once at most: no plan needs less.
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
    shared = [op for op in block.ops if isinstance(op, memref.AllocOp)]
    of_threads = [op for op in block.ops if isinstance(op, memref.AllocaOp)]
    step_of = {op: step for step, op in enumerate(block.ops)}
    lifetimes = [_lifetime(op, step_of) for op in shared]
    thread_lifetimes = [_lifetime(op, step_of) for op in of_threads]
    offsets, total = place(lifetimes)
    thread_offsets, thread_total = place(thread_lifetimes)
    first_of_threads = BARRIER_BYTES + total
    workspace = _resize_workspace(function, first_of_threads + thread_total)
    for op, offset in zip(shared, offsets, strict=True):
        _view_workspace(op, workspace, _constant_before(op, BARRIER_BYTES + offset))
    for each, offset in zip(of_threads, thread_offsets, strict=True):
        own = arith.MuliOp(_thread(function), _constant_before(each, thread_total))
        at = arith.AddiOp(own, _constant_before(each, first_of_threads + offset))
        block.insert_ops_before([own, at], each)
        _view_workspace(each, workspace, at.result)
    if thread_total:
        _note_thread_bytes(function, thread_total)
    live = largest_live_set(lifetimes) + largest_live_set(thread_lifetimes)
    function.attributes["conv.live_bytes"] = IntegerAttr(live, i64)
    sizes = sum(aligned(each.size) for each in (*lifetimes, *thread_lifetimes))
    message = (
        f"workspace of {total + thread_total} bytes for {len(shared) + len(of_threads)} buffers, "
        f"{sizes} bytes in all, {live} alive at once, {thread_total} for each thread"
    )
    remarks.analysis(pass_name, function, message)


def _constant_before(op: Operation, value: int) -> SSAValue:
    constant = arith.ConstantOp.from_int_and_width(value, INDEX)
    assert op.parent is not None
    op.parent.insert_op_before(constant, op)
    return constant.result


def _view_workspace(
    op: memref.AllocOp | memref.AllocaOp, workspace: SSAValue, at: SSAValue
) -> None:
    """Let the views of a buffer be views of the workspace."""
    for use in list(op.memref.uses):
        view = use.operation
        assert isinstance(view, memref.ViewOp)
        view.operands[0] = workspace
        view.operands[1] = at
    assert op.parent is not None
    op.parent.erase_op(op)


def _lifetime(op: _Buffer, step_of: dict[Operation, int]) -> Lifetime:
    """From the first to the last call that gets a view of the buffer."""
    steps = [
        step_of[user.operation]
        for view in op.memref.uses
        for user in view.operation.results[0].uses
    ]
    size = op.memref.type.get_shape()[0]
    return Lifetime(size, min(steps), max(steps))


def _thread(function: func.FuncOp) -> SSAValue:
    return function.body.block.args[-2]


def _note_thread_bytes(function: func.FuncOp, size: int) -> None:
    count = len(function.body.block.args)
    given = function.arg_attrs.data if function.arg_attrs else (DictionaryAttr({}),) * count
    attributes = list(given)
    noted = {"conv.thread_bytes": IntegerAttr(size, i64)}
    attributes[-3] = DictionaryAttr({**attributes[-3].data, **noted})
    function.properties["arg_attrs"] = ArrayAttr(attributes)


def _resize_workspace(function: func.FuncOp, size: int) -> SSAValue:
    old = function.body.block.args[-3]
    workspace = Rewriter.replace_value_with_new_type(old, bytes_memref(size))
    types = [argument.type for argument in function.body.block.args]
    function.properties["function_type"] = FunctionType.from_lists(types, [])
    return workspace
