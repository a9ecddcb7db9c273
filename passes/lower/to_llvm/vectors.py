"""Operations on whole vectors: broadcast, lanes, shuffles, reductions, multiply-add."""

from typing import Any

from xdsl.dialects import llvm, vector
from xdsl.dialects.builtin import FloatAttr, VectorType, f32

from convopt.passes.lower.to_llvm.emitter import NO_FAST_MATH, REASSOCIATE, intrinsic
from convopt.passes.lower.to_llvm.numbers import mangled
from convopt.passes.lower.to_llvm.state import Handler, State, unsupported


def _fma(state: State, op: vector.FMAOp) -> None:
    values = state.values
    left, right, accumulator = op.operands
    result = op.results[0]
    values[result] = state.emitter.emit(
        llvm.FMAOp.create(
            operands=[values[left], values[right], values[accumulator]],
            properties=NO_FAST_MATH,
            result_types=[result.type],
        )
    )


def _broadcast(state: State, op: vector.BroadcastOp) -> None:
    source, result = op.operands[0], op.results[0]
    result_type = result.type
    assert isinstance(result_type, VectorType)
    lane = state.lanes.get(source)
    width = result_type.get_shape()[0]
    if lane is not None:
        taken_from, number = lane
        state.values[result] = state.emitter.shuffle(
            taken_from, taken_from, (number,) * width, result_type
        )
        return
    if isinstance(source.type, VectorType):
        raise unsupported(op, f"a number, found {source.type}")
    emitter = state.emitter
    nothing = emitter.undefined(result_type)
    insert = llvm.InsertElementOp.create(
        operands=[nothing, state.new_value(source), emitter.constant(0)],
        result_types=[result_type],
    )
    first = emitter.emit(insert)
    state.values[result] = emitter.shuffle(first, nothing, (0,) * width, result_type)


def _extract(state: State, op: vector.ExtractOp) -> None:
    positions = op.static_position.get_values()
    if op.dynamic_position or len(positions) != 1:
        raise unsupported(op, "one static position in a vector of one dimension")
    state.lanes[op.result] = (state.values[op.vector], positions[0])


def _shuffle_op(state: State, op: vector.ShuffleOp) -> None:
    first, second = op.operands
    lanes = op.mask.get_values()
    state.values[op.result] = state.emitter.shuffle(
        state.values[first], state.values[second], lanes, op.result.type
    )


def _reduction(state: State, op: vector.ReductionOp) -> None:
    if op.acc is not None:
        raise unsupported(op, "no accumulator")
    vector_type, scalar_type = op.vector.type, op.dest.type
    value = state.values[op.vector]
    kind = op.kind.data
    if kind == vector.CombiningKindFlag.ADD and scalar_type == f32:
        # Added in any order: the sequential sum would be a chain of one addition a lane.
        start = state.emitter.constant_attribute(FloatAttr(-0.0, f32), f32)
        name = mangled("llvm.vector.reduce.fadd", vector_type)
        call = intrinsic(name, [start, value], [scalar_type], REASSOCIATE)
    elif kind == vector.CombiningKindFlag.MAXNUMF:
        call = intrinsic(mangled("llvm.vector.reduce.fmax", vector_type), [value], [scalar_type])
    elif kind == vector.CombiningKindFlag.MINNUMF:
        call = intrinsic(mangled("llvm.vector.reduce.fmin", vector_type), [value], [scalar_type])
    else:
        raise unsupported(op, f"add, maxnumf or minnumf of floats, found {kind.value}")
    state.values[op.dest] = state.emitter.emit(call)


HANDLERS: dict[type[Any], Handler] = {
    vector.FMAOp: _fma,
    vector.BroadcastOp: _broadcast,
    vector.ExtractOp: _extract,
    vector.ShuffleOp: _shuffle_op,
    vector.ReductionOp: _reduction,
}
