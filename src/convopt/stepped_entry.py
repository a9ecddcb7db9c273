"""An entry that runs a range of the network's kernel calls, so that each can be timed alone."""

from collections.abc import Iterator
from math import prod

from xdsl.dialects import arith, func, scf
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    IndexType,
    IntegerAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Block, Region, SSAValue

from convopt.artifact import STEPPED_ENTRY, KernelStep
from convopt.backends.llvm.interface import ENTRY
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.lower.kernel_names import parse_kernel_name
from convopt.passes.remarks import location_of


def kernel_steps(module: ModuleOp) -> tuple[KernelStep, ...]:
    """The kernel calls of a level 4 module's entry, in order."""
    kernels = _functions(module)
    return tuple(_step(call, kernels) for call in _kernel_calls(kernels[ENTRY], kernels))


def add_stepped_entry(module: ModuleOp) -> None:
    """Add `main_steps`: `main` with two more arguments, the first call to run and the end.

    Each call stands in a loop of at most one trip, since level 4 knows no conditionals. Barriers
    are left out: there is one thread.
    """
    kernels = _functions(module)
    stepped = kernels[ENTRY].clone()
    stepped.properties["sym_name"] = StringAttr(STEPPED_ENTRY)
    body = stepped.body.block
    first = body.insert_arg(IndexType(), len(body.args))
    end = body.insert_arg(IndexType(), len(body.args))
    attributes = stepped.arg_attrs.data if stepped.arg_attrs else ()
    extra = (DictionaryAttr({"conv.role": StringAttr(role)}) for role in ("first", "end"))
    stepped.properties["arg_attrs"] = ArrayAttr([*attributes, *extra])
    stepped.properties["function_type"] = FunctionType.from_lists(
        [argument.type for argument in body.args], []
    )
    for number, call in enumerate(list(_kernel_calls(stepped, kernels))):
        _guard(call, number, first, end)
    for op in list(body.ops):
        if isinstance(op, func.CallOp):  # what is left are barriers
            body.erase_op(op)
    module.body.block.add_op(stepped)


def _guard(call: func.CallOp, number: int, first: SSAValue, end: SSAValue) -> None:
    """`for _ = max(first, number) to min(end, number + 1)` around a call."""
    here = arith.ConstantOp.from_int_and_width(number, IndexType())
    after = arith.ConstantOp.from_int_and_width(number + 1, IndexType())
    one = arith.ConstantOp.from_int_and_width(1, IndexType())
    low = arith.MaxUIOp(first, here)
    high = arith.MinUIOp(end, after)
    inner = Block(arg_types=[IndexType()])
    loop = scf.ForOp(low.result, high.result, one.result, [], Region(inner))
    parent = call.parent
    assert parent is not None
    parent.insert_ops_before([here, after, one, low, high, loop], call)
    parent.detach_op(call)
    inner.add_ops([call, scf.YieldOp()])


def _functions(module: ModuleOp) -> dict[str, func.FuncOp]:
    return {op.sym_name.data: op for op in module.ops if isinstance(op, func.FuncOp)}


def _kernel_calls(entry: func.FuncOp, kernels: dict[str, func.FuncOp]) -> Iterator[func.CallOp]:
    """Calls of functions that have a body, which the barrier has not."""
    for op in entry.body.block.ops:
        if isinstance(op, func.CallOp) and not kernels[_callee(op)].is_declaration:
            yield op


def _step(call: func.CallOp, kernels: dict[str, func.FuncOp]) -> KernelStep:
    name = _callee(call)
    parsed = parse_kernel_name(name)
    macs = kernels[name].attributes.get("conv.macs")
    buffers = [value.type for value in call.operands if isinstance(value.type, MemRefType)]
    scratch = kernels[name].attributes.get("conv.scratch")
    if isinstance(scratch, IntegerAttr):
        buffers = buffers[: -scratch.value.data]
    return KernelStep(
        kernel=name,
        kind=parsed.kind + parsed.window if parsed else "",
        location="" if isinstance(call.location, UnknownLoc) else location_of(call),
        macs=macs.value.data if isinstance(macs, IntegerAttr) else 0,
        bytes=sum(FLOAT_BYTES * prod(buffer.get_shape()) for buffer in buffers),
    )


def _callee(call: func.CallOp) -> str:
    return call.callee.root_reference.data
