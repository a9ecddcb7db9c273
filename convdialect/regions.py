"""Scalar regions: what happens to each element, as one block of scalar f32 operations.

A region has one block; its arguments are f32, its operations are those of `SCALAR_OPERATIONS`,
and `conv.yield` of one f32 ends it. Constants stand inside, so that a region means the same
wherever it is moved.

Regions of i8 tensors convert by themselves: their arguments are i32, which `arith.sitofp` makes
f32, and where the result is i8, `arith.fptosi` makes the value that is yielded. What does not fit
into i8 is undefined, so a region clamps before (see quantization.py).

`arith.select` chooses by an `arith.cmpf` (`ogt`, `oge`, `olt`, `ole`); of NaN it may choose either.

`maximum` and `minimum` are `arith.maxnumf` and `arith.minnumf`: when one operand is NaN the result
is the other operand. A clamp therefore turns NaN into its bound.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith, math
from xdsl.dialects.builtin import FloatAttr, f32, i8, i32
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.ops.yield_op import YieldOp

Array = npt.NDArray[Any]

_EVALUATORS: dict[type[Operation], Callable[..., Array]] = {
    arith.AddfOp: np.add,
    arith.SubfOp: np.subtract,
    arith.MulfOp: np.multiply,
    arith.DivfOp: np.divide,
    arith.NegfOp: np.negative,
    arith.MaxnumfOp: np.fmax,
    arith.MinnumfOp: np.fmin,
    math.ExpOp: np.exp,
    math.TanhOp: np.tanh,
    math.SqrtOp: np.sqrt,
    math.AbsFOp: np.abs,
    math.RoundEvenOp: np.rint,
    arith.FPToSIOp: lambda x: np.trunc(x).astype(np.int8),
    arith.SelectOp: np.where,
}
_COMPARISONS: dict[str, Callable[..., Array]] = {
    "ogt": np.greater,
    "oge": np.greater_equal,
    "olt": np.less,
    "ole": np.less_equal,
}

_PREDICATES = (
    *("false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord"),
    *("ueq", "ugt", "uge", "ult", "ule", "une", "uno", "true"),
)

SCALAR_OPERATIONS: tuple[type[Operation], ...] = (
    arith.ConstantOp,
    arith.CmpfOp,
    arith.SIToFPOp,
    *_EVALUATORS,
)
"""What may stand in a scalar region, besides the final `conv.yield`."""


class ScalarBuilder:
    """Appends scalar f32 operations to a block."""

    def __init__(self, block: Block) -> None:
        self._block = block

    def _append(self, op: Operation) -> SSAValue:
        self._block.add_op(op)
        return op.results[0]

    def constant(self, value: float) -> SSAValue:
        """`value` rounded to f32; infinite when it is too large."""
        with np.errstate(over="ignore"):
            rounded = float(np.float32(value))
        return self._append(arith.ConstantOp(FloatAttr(rounded, f32)))

    def add(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self._append(arith.AddfOp(left, right))

    def sub(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self._append(arith.SubfOp(left, right))

    def mul(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self._append(arith.MulfOp(left, right))

    def div(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self._append(arith.DivfOp(left, right))

    def neg(self, operand: SSAValue) -> SSAValue:
        return self._append(arith.NegfOp(operand))

    def maximum(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The larger; of a NaN and a number, the number."""
        return self._append(arith.MaxnumfOp(left, right))

    def minimum(self, left: SSAValue, right: SSAValue) -> SSAValue:
        """The smaller; of a NaN and a number, the number."""
        return self._append(arith.MinnumfOp(left, right))

    def exp(self, operand: SSAValue) -> SSAValue:
        return self._append(math.ExpOp(operand))

    def tanh(self, operand: SSAValue) -> SSAValue:
        return self._append(math.TanhOp(operand))

    def sqrt(self, operand: SSAValue) -> SSAValue:
        return self._append(math.SqrtOp(operand))

    def abs(self, operand: SSAValue) -> SSAValue:
        return self._append(math.AbsFOp(operand))

    def round_even(self, operand: SSAValue) -> SSAValue:
        """The nearest whole number, of two the even one."""
        return self._append(math.RoundEvenOp(operand))

    def where_greater(
        self, left: SSAValue, right: SSAValue, value: SSAValue, other: SSAValue
    ) -> SSAValue:
        """`value` where `left` is greater than `right`, else `other`."""
        return self._append(
            arith.SelectOp(self._append(arith.CmpfOp(left, right, "ogt")), value, other)
        )

    def to_float(self, operand: SSAValue) -> SSAValue:
        """An i32 as f32."""
        return self._append(arith.SIToFPOp(operand, f32))

    def to_int8(self, operand: SSAValue) -> SSAValue:
        """Towards zero; undefined for what is not from -128 to 127."""
        return self._append(arith.FPToSIOp(operand, i8))

    def inline(self, region: Region, arguments: Sequence[SSAValue]) -> SSAValue:
        """Appends a copy of a scalar region's operations; returns the value that it yields."""
        (value,) = self.inline_all(region, arguments)
        return value

    def inline_all(self, region: Region, arguments: Sequence[SSAValue]) -> list[SSAValue]:
        """As `inline`, of a region that yields any number of values."""
        return inline(region.block, arguments, self._block.add_op)


ScalarFunction = Callable[[Sequence[SSAValue], ScalarBuilder], SSAValue | Sequence[SSAValue]]


def build_region(argument_count: int, function: ScalarFunction) -> Region:
    """A scalar region of f32 arguments; `function` builds and returns its value, or several."""
    return build_typed_region([f32] * argument_count, function)


def build_typed_region(argument_types: Sequence[Attribute], function: ScalarFunction) -> Region:
    """A scalar region of f32 and i32 arguments; `function` builds and returns its value."""
    block = Block(arg_types=argument_types)
    made = function(block.args, ScalarBuilder(block))
    block.add_op(YieldOp(*([made] if isinstance(made, SSAValue) else made)))
    return Region(block)


def inline(
    block: Block, arguments: Sequence[SSAValue], insert: Callable[[Operation], None]
) -> list[SSAValue]:
    """Hands a copy of each operation of a scalar block to `insert`, with `arguments` in place.

    Returns the values that stand for what the block yields. Locations are kept.
    """
    values: dict[SSAValue, SSAValue] = dict(zip(block.args, arguments, strict=True))
    for op in block.ops:
        if isinstance(op, YieldOp):
            return [values[each] for each in op.arguments]
        insert(op.clone(value_mapper=values))
    raise ValueError("expected a block that ends in conv.yield")


def evaluate(region: Region, arrays: Sequence[Array], dtype: npt.DTypeLike | None = None) -> Array:
    """What a region that yields one value makes of arrays; see `evaluate_all`."""
    (result,) = evaluate_all(region, arrays, dtype)
    return result


def evaluate_all(
    region: Region, arrays: Sequence[Array], dtype: npt.DTypeLike | None = None
) -> tuple[Array, ...]:
    """The region applied to arrays, element by element with broadcasting.

    `dtype` stands for f32; without it, the dtype of the arrays does. Results have the broadcast
    shape; they are int8 for a region that yields i8.
    """
    values: dict[SSAValue, Array] = dict(zip(region.block.args, arrays, strict=True))
    dtype = np.result_type(*arrays) if dtype is None else np.dtype(dtype)
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    with np.errstate(all="ignore"):
        for op in region.block.ops:
            if isinstance(op, YieldOp):
                return tuple(np.broadcast_to(values[each], shape) for each in op.arguments)
            values[op.results[0]] = _evaluate_operation(op, values, dtype)
    raise ValueError("expected a region that ends in conv.yield")


def _evaluate_operation(
    op: Operation, values: dict[SSAValue, Array], dtype: np.dtype[Any]
) -> Array:
    if isinstance(op, arith.ConstantOp) and isinstance(op.value, FloatAttr):
        return np.asarray(op.value.value.data, dtype=dtype)
    if isinstance(op, arith.SIToFPOp):
        return values[op.input].astype(dtype)
    if isinstance(op, arith.CmpfOp):
        return _COMPARISONS[comparison(op)](values[op.lhs], values[op.rhs])
    return _EVALUATORS[type(op)](*(values[operand] for operand in op.operands))


def comparison(op: arith.CmpfOp) -> str:
    """The predicate as MLIR spells it: `ogt`."""
    return _PREDICATES[op.predicate.value.data]


def check_definition_order(block: Block, what: str) -> None:
    """Raises VerifyException unless all operands are defined in the block, before their use."""
    defined: set[SSAValue] = set(block.args)
    for op in block.ops:
        if not defined.issuperset(op.operands):
            raise VerifyException(
                f"{what}: expected values defined before {op.name} in the same block, "
                "found one from elsewhere"
            )
        defined.update(op.results)


def yielded_values(block: Block) -> Sequence[SSAValue]:
    """What a scalar region's block hands out."""
    assert isinstance(block.last_op, YieldOp)
    return block.last_op.arguments


def verify_scalar_region(
    region: Region,
    argument_types: Sequence[Attribute],
    result_types: Sequence[Attribute],
    what: str,
) -> None:
    """Raises VerifyException unless `region` is a scalar region of these arguments and results."""
    if len(region.blocks) != 1:
        raise VerifyException(f"{what}: expected one block, found {len(region.blocks)}")
    block = region.block
    if len(block.args) != len(argument_types):
        raise VerifyException(
            f"{what}: expected {len(argument_types)} block arguments, found {len(block.args)}"
        )
    for index, (argument, expected) in enumerate(zip(block.args, argument_types, strict=True)):
        if argument.type != expected:
            raise VerifyException(
                f"{what}: expected block argument {index} of type {expected}, found {argument.type}"
            )
    check_definition_order(block, what)
    for op in _body(block, result_types, what):
        if not isinstance(op, SCALAR_OPERATIONS):
            raise VerifyException(
                f"{what}: expected scalar arithmetic "
                f"({', '.join(allowed.name for allowed in SCALAR_OPERATIONS)}), found {op.name}"
            )
        _check_type(op, block, what)


def _check_type(op: Operation, block: Block, what: str) -> None:
    """All is f32, but for conditions, an i32 argument that becomes f32, and a yielded i8."""
    if isinstance(op, arith.CmpfOp):
        _check_comparison(op, what)
        return
    if isinstance(op, arith.SIToFPOp) and op.input.type != i32:
        raise VerifyException(f"{what}: expected {op.name} of an i32, found {op.input.type}")
    is_to_int = isinstance(op, arith.FPToSIOp)
    if op.results[0].type != (i8 if is_to_int else f32):
        raise VerifyException(
            f"{what}: expected scalar operations on f32, found {op.name} of {op.results[0].type}"
        )
    assert block.last_op is not None
    if is_to_int and block.last_op.operands[0] is not op.results[0]:
        raise VerifyException(f"{what}: expected {op.name} only of what is yielded")


def _listed(types: Sequence[Attribute]) -> str:
    return ", ".join(map(str, types))


def _check_comparison(op: arith.CmpfOp, what: str) -> None:
    if op.lhs.type != f32:
        raise VerifyException(f"{what}: expected {op.name} of f32, found {op.lhs.type}")
    if comparison(op) not in _COMPARISONS:
        expected = ", ".join(_COMPARISONS)
        raise VerifyException(f"{what}: expected {op.name} {expected}, found {comparison(op)}")
    for use in op.result.uses:
        if not isinstance(use.operation, arith.SelectOp) or use.index:
            raise VerifyException(
                f"{what}: expected {op.name} only as the condition of arith.select, "
                f"found {use.operation.name}"
            )


def _body(block: Block, result_types: Sequence[Attribute], what: str) -> Iterator[Operation]:
    """The operations before the final yield, which is checked."""
    last = block.last_op
    if not isinstance(last, YieldOp):
        found = "no operation" if last is None else last.name
        raise VerifyException(f"{what}: expected conv.yield at the end, found {found}")
    types = [argument.type for argument in last.arguments]
    if types != list(result_types):
        expected = f"one {result_types[0]}" if len(result_types) == 1 else _listed(result_types)
        raise VerifyException(
            f"{what}: expected conv.yield of {expected}, found {_listed(types) or 'nothing'}"
        )
    for op in block.ops:
        if op is not last:
            yield op
