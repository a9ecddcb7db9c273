"""Operations on numbers: indices, integers, floats and vectors of them, element by element."""

from typing import Any

from xdsl.dialects import arith, llvm, math
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    StringAttr,
    VectorType,
    i64,
)
from xdsl.ir import Attribute, Operation

from convopt.passes.lower.to_llvm.affine import Affine
from convopt.passes.lower.to_llvm.emitter import NO_FAST_MATH, intrinsic
from convopt.passes.lower.to_llvm.state import Handler, State, unsupported

_FLOAT_OPS: dict[type[Operation], type[Operation]] = {
    arith.AddfOp: llvm.FAddOp,
    arith.SubfOp: llvm.FSubOp,
    arith.MulfOp: llvm.FMulOp,
    arith.DivfOp: llvm.FDivOp,
    arith.NegfOp: llvm.FNegOp,
    arith.MaxnumfOp: llvm.VectorFMaxOp,
    arith.MinnumfOp: llvm.VectorFMinOp,
    math.SqrtOp: llvm.FSqrtOp,
    math.AbsFOp: llvm.FAbsOp,
    math.FmaOp: llvm.FMAOp,
}
_INTEGER_OPS: dict[type[Operation], type[Operation]] = {
    arith.AddiOp: llvm.AddOp,
    arith.SubiOp: llvm.SubOp,
    arith.MuliOp: llvm.MulOp,
    arith.ShLIOp: llvm.ShlOp,
    arith.ShRUIOp: llvm.LShrOp,
    arith.ShRSIOp: llvm.AShrOp,
    arith.AndIOp: llvm.AndOp,
    arith.OrIOp: llvm.OrOp,
    arith.XOrIOp: llvm.XOrOp,
}
_DIVISIONS: dict[type[Operation], type[Operation]] = {
    arith.DivUIOp: llvm.UDivOp,
    arith.RemUIOp: llvm.URemOp,
    arith.DivSIOp: llvm.SDivOp,
    arith.RemSIOp: llvm.SRemOp,
}
_EXTREMES: dict[type[Operation], llvm.ICmpPredicateFlag] = {
    arith.MinSIOp: llvm.ICmpPredicateFlag.SLT,
    arith.MaxSIOp: llvm.ICmpPredicateFlag.SGT,
    arith.MinUIOp: llvm.ICmpPredicateFlag.ULT,
    arith.MaxUIOp: llvm.ICmpPredicateFlag.UGT,
}


def mangled(intrinsic_name: str, of_type: Attribute) -> StringAttr:
    """`llvm.maximum` on `vector<16xf32>` is called `llvm.maximum.v16f32`."""
    if isinstance(of_type, VectorType):
        return StringAttr(f"{intrinsic_name}.v{of_type.get_shape()[0]}{of_type.element_type}")
    return StringAttr(f"{intrinsic_name}.{of_type}")


def _constant(state: State, op: arith.ConstantOp) -> None:
    value, result = op.value, op.result
    if isinstance(result.type, IndexType) and isinstance(value, IntegerAttr):
        state.indices[result] = Affine(value.value.data)
        return
    if isinstance(value, DenseIntOrFPElementsAttr) and not isinstance(value.type, VectorType):
        raise unsupported(op, f"a number or a vector, found {value.type}")
    state.values[result] = state.emitter.constant_attribute(value, result.type)


def _float_op(new: type[Operation]) -> Handler:
    def lower(state: State, op: Operation) -> None:
        values = state.values
        operands = [values[old] if old in values else state.new_value(old) for old in op.operands]
        result = op.results[0]
        values[result] = state.emitter.emit(
            new.create(operands=operands, properties=NO_FAST_MATH, result_types=[result.type])
        )

    return lower


def _float_intrinsic(name: str) -> Handler:
    def lower(state: State, op: Operation) -> None:
        operands = [state.new_value(old) for old in op.operands]
        result = op.results[0]
        call = intrinsic(mangled(name, result.type), operands, [result.type])
        state.values[result] = state.emitter.emit(call)

    return lower


def _integer_op(new: type[Operation]) -> Handler:
    def lower(state: State, op: Operation) -> None:
        left, right = op.operands
        result = op.results[0]
        if not isinstance(result.type, IndexType):
            operands = [state.new_value(left), state.new_value(right)]
            state.values[result] = state.emitter.emit(
                new.create(operands=operands, result_types=[result.type])
            )
            return
        a, b = state.indices[left], state.indices[right]
        if new is llvm.AddOp:
            state.indices[result] = a + b
        elif new is llvm.SubOp:
            state.indices[result] = a - b
        elif new is llvm.MulOp and b.is_constant:
            state.indices[result] = a.scaled(b.constant)
        elif new is llvm.MulOp and a.is_constant:
            state.indices[result] = b.scaled(a.constant)
        else:
            emitter = state.emitter
            state.bind(result, emitter.integer(new, emitter.value(a), emitter.value(b)))

    return lower


def _division(new: type[Operation]) -> Handler:
    def lower(state: State, op: Operation) -> None:
        left, right = op.operands
        result = op.results[0]
        if not isinstance(result.type, IndexType):
            raise unsupported(op, f"operands of type index, found {result.type}")
        emitter, divisor = state.emitter, state.indices[right]
        dividend = emitter.value(state.indices[left])
        if divisor.is_constant and divisor.constant:
            new_result = emitter.integer(new, dividend, emitter.constant(divisor.constant))
        else:  # in front of a loop that does not run, its divisor may be zero
            operands = [dividend, emitter.value(divisor)]
            new_result = emitter.emit(new.create(operands=operands, result_types=[i64]))
        state.bind(result, new_result)

    return lower


def _extreme(flag: llvm.ICmpPredicateFlag) -> Handler:
    predicate = IntegerAttr(flag.to_int(), i64)

    def lower(state: State, op: Operation) -> None:
        left, right = op.operands
        if not isinstance(op.results[0].type, IndexType):
            raise unsupported(op, f"operands of type index, found {op.results[0].type}")
        emitter = state.emitter
        a, b = emitter.value(state.indices[left]), emitter.value(state.indices[right])
        state.bind(op.results[0], emitter.select(predicate, a, b))

    return lower


def _index_cast(state: State, op: Operation) -> None:
    source, result = op.operands[0], op.results[0]
    if isinstance(result.type, IndexType):
        value = state.values[source]
        if value.type != i64:
            value = state.emitter.emit(llvm.SExtOp.create(operands=[value], result_types=[i64]))
        state.bind(result, value)
        return
    value = state.emitter.value(state.indices[source])
    if isinstance(result.type, IntegerType) and result.type.width.data < 64:
        value = state.emitter.emit(
            llvm.TruncOp.create(operands=[value], result_types=[result.type])
        )
    state.values[result] = value


def _cast(new: type[Operation]) -> Handler:
    def lower(state: State, op: Operation) -> None:
        result = op.results[0]
        state.values[result] = state.emitter.emit(
            new.create(operands=[state.new_value(op.operands[0])], result_types=[result.type])
        )

    return lower


def _inline_asm(state: State, op: llvm.InlineAsmOp) -> None:
    """Assembly without effects, written where it stands."""
    result = op.results[0]
    new = llvm.InlineAsmOp(
        op.asm_string.data,
        op.constraints.data,
        [state.new_value(operand) for operand in op.operands],
        [result.type],
    )
    state.values[result] = state.emitter.emit(new)


HANDLERS: dict[type[Any], Handler] = {
    arith.ConstantOp: _constant,
    arith.IndexCastOp: _index_cast,
    llvm.InlineAsmOp: _inline_asm,
    arith.BitcastOp: _cast(llvm.BitcastOp),
    arith.SIToFPOp: _cast(llvm.SIToFPOp),
    arith.MaximumfOp: _float_intrinsic("llvm.maximum"),
    arith.MinimumfOp: _float_intrinsic("llvm.minimum"),
    math.RoundEvenOp: _float_intrinsic("llvm.roundeven"),
    **{old: _float_op(new) for old, new in _FLOAT_OPS.items()},
    **{old: _integer_op(new) for old, new in _INTEGER_OPS.items()},
    **{old: _division(new) for old, new in _DIVISIONS.items()},
    **{old: _extreme(flag) for old, flag in _EXTREMES.items()},
}
