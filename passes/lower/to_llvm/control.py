"""Loops, calls and returns."""

from typing import Any

from xdsl.dialects import func, llvm, scf, vector
from xdsl.dialects.builtin import DenseArrayBase, i32, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue

from convopt.passes.lower.to_llvm.affine import Affine
from convopt.passes.lower.to_llvm.emitter import NO_FAST_MATH, NOT_EQUAL, SIGNED_LESS, compare
from convopt.passes.lower.to_llvm.state import Handler, State, unsupported

_CALL_PROPERTIES: dict[str, Attribute] = {
    **NO_FAST_MATH,
    "CConv": llvm.CallingConventionAttr("ccc"),
    "op_bundle_sizes": DenseArrayBase.from_list(i32, ()),
    "TailCallKind": llvm.TailCallKindAttr(llvm.TailCallKind.NONE),
}


def _for(state: State, op: scf.ForOp) -> None:
    begin, end, step = (state.indices[value] for value in (op.lb, op.ub, op.step))
    if not step.is_constant or step.constant <= 0:
        raise unsupported(op, "a positive constant step")
    trips: int | None = None
    if begin.is_constant and end.is_constant:
        trips = max(0, -((begin.constant - end.constant) // step.constant))
    if trips == 0:
        for result, start in zip(op.results, op.iter_args, strict=True):
            _rebind(state, result, start)
    elif trips == 1:
        _once(state, op, begin)
    else:
        _loop(state, op, begin, end, step.constant, guarded=trips is None)


def _once(state: State, op: scf.ForOp, begin: Affine) -> None:
    """A loop that runs once is its body."""
    block = op.body.block
    counter, *carried = block.args
    state.indices[counter] = begin
    for argument, start in zip(carried, op.iter_args, strict=True):
        _rebind(state, argument, start)
    state.lower_block(block)
    for result, last in zip(op.results, _yielded(block), strict=True):
        _rebind(state, result, last)


def _loop(
    state: State, op: scf.ForOp, begin: Affine, end: Affine, step: int, guarded: bool
) -> None:
    """A loop that tests at its end; `guarded`: and once in front, as it may not run at all."""
    emitter, block = state.emitter, op.body.block
    first, last = emitter.value(begin), emitter.value(end)
    starts = [state.new_value(start) for start in op.iter_args]
    types = [value.type for value in starts]
    body, after = Block(arg_types=[i64, *types]), Block(arg_types=types)
    if guarded:
        runs = emitter.emit(compare(SIGNED_LESS, first, last))
        header = _conditional_branch(runs, body, [first, *starts], after, starts)
    else:
        header = llvm.BrOp.create(operands=[first, *starts], successors=[body])
    emitter.enter_loop(header, body)
    for old, new in zip(block.args, body.args, strict=True):
        state.bind(old, new)
    state.lower_block(block)
    values = [state.new_value(value) for value in _yielded(block)]
    following = emitter.value(Affine(step, {body.args[0]: 1}))
    # LLVM counts down to zero, one instruction less an iteration, where a loop ends in equality.
    # Where there are stores it then forms fewer pairs of them, and loses more than that.
    stores = any(isinstance(each, vector.StoreOp) for each in op.body.block.ops)
    exact = not stores and _ends_exactly(begin, end, step)
    predicate = NOT_EQUAL if exact else SIGNED_LESS
    again = emitter.emit(compare(predicate, following, last))
    latch = _conditional_branch(again, body, [following, *values], after, values)
    emitter.leave_loop(latch, after)
    for result, argument in zip(op.results, after.args, strict=True):
        state.bind(result, argument)


def _ends_exactly(begin: Affine, end: Affine, step: int) -> bool:
    """Whether the counter takes the value `end` in a loop that runs at all."""
    if step == 1:
        return True
    is_static = begin.is_constant and end.is_constant
    return is_static and (end.constant - begin.constant) % step == 0


def _conditional_branch(
    condition: SSAValue,
    then_block: Block,
    then_values: list[SSAValue],
    else_block: Block,
    else_values: list[SSAValue],
) -> Operation:
    segments = DenseArrayBase.from_list(i32, [1, len(then_values), len(else_values)])
    return llvm.CondBrOp.create(
        operands=[condition, *then_values, *else_values],
        properties={"operandSegmentSizes": segments},
        successors=[then_block, else_block],
    )


def _rebind(state: State, old: SSAValue, stands_for: SSAValue) -> None:
    """`old` is another name of `stands_for`."""
    if stands_for in state.indices:
        state.indices[old] = state.indices[stands_for]
    else:
        state.values[old] = state.new_value(stands_for)


def _yielded(block: Block) -> tuple[SSAValue, ...]:
    last = block.last_op
    assert isinstance(last, scf.YieldOp)
    return tuple(last.operands)


def _nothing(state: State, op: Operation) -> None:
    """The loop that ends here writes its branch."""


def _call(state: State, op: func.CallOp) -> None:
    if op.results:
        raise unsupported(op, "a callee without results")
    operands = [state.new_value(operand) for operand in op.operands]
    segments = DenseArrayBase.from_list(i32, [len(operands), 0])
    state.emitter.block.add_op(
        llvm.CallOp.create(
            operands=operands,
            properties={
                **_CALL_PROPERTIES,
                "callee": op.callee,
                "operandSegmentSizes": segments,
            },
        )
    )


def _return(state: State, op: func.ReturnOp) -> None:
    if op.operands:
        raise unsupported(op, "no values: results are buffers")
    state.emitter.block.add_op(llvm.ReturnOp.create())


HANDLERS: dict[type[Any], Handler] = {
    scf.ForOp: _for,
    scf.YieldOp: _nothing,
    func.CallOp: _call,
    func.ReturnOp: _return,
}
