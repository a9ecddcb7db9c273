"""The pass conv-expand-math."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith, func, math
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    Float32Type,
    FloatAttr,
    IntegerAttr,
    ModuleOp,
    VectorType,
    f32,
    i32,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from convopt.convdialect.regions import comparison

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.693359375
_LN2_LOW = -2.12194440e-4
_ROUND_TO_INTEGER = 12582912.0
"""1.5 * 2^23: a float of this size has no bits for fractions, its low bits are the integer."""

_EXP_RANGE = (-87.5, 89.0)
"""At the lower end the scale is zero (and further down not a float), at the upper end the result
overflows to infinity, as the exact one does."""

_LOGISTIC_EXP_RANGE = (-87.5, 87.0)
"""The same in 1 / (1 + exp(x)), so that the sum has a normal reciprocal."""

_RECIPROCAL_BITS = 0x7EF127EA
"""This less the bits of a positive float is a float within 5 % of its reciprocal."""

_TWICE_EXP = (
    2.0,
    2.00000007,
    0.999999841,
    0.333328384,
    0.0833364636,
    0.0167497967,
    0.00276734839,
)
"""2 exp(r) for |r| <= ln(2) / 2, lowest power first: a minimax fit, relative error 2e-9."""

_TANH_BOUND = 8.187
"""Here the quotient below is exactly 1; tanh itself is 1 - 1.5e-7."""

_TANH_NUMERATOR = (1.0, 0.133810187, 3.49557985e-3, 2.06089468e-5, 1.33544785e-8)
_TANH_DENOMINATOR = (1.0, 0.467143343, 2.58769508e-2, 3.28562129e-4, 7.77648222e-7)
"""tanh(x) = x P(x^2) / Q(x^2) for |x| <= 9, a minimax fit, relative error 2e-8."""


@dataclass(frozen=True)
class ExpandMathPass(ModulePass):
    """Replace math.exp and math.tanh by multiply-adds, on f32 and on vectors of it.

    Why: LLVM makes a call of the C library for every lane, but an object has to stand alone.
    exp(x) = 2^n exp(r) with n = round(x / ln 2): the integer comes from adding a large number, 2^n
    from shifting it to where a float has its exponent, exp(r) is a polynomial. tanh is a quotient
    of two polynomials. A division by 1 + exp(x), as in a sigmoid, takes several times as long as
    the rest and becomes a reciprocal by iteration. Errors: exp at most 1e-7 relative, and 0 below
    -86.98; tanh at most 3e-7 relative; 1 / (1 + exp(x)) at most 3e-7 relative up to x = 87, where
    it stays 1.6e-38. exp(inf) = inf, exp(-inf) = 0, tanh(+-inf) = +-1, NaN stays NaN.
    Preconditions: kernels; constants are put at the start of the function around them.
    Options: none.

    Before:
    ```mlir
    func.func private @f(%x : memref<8xf32>, %y : memref<8xf32>) {
      %c0 = arith.constant 0 : index
      %a = memref.load %x[%c0] : memref<8xf32>
      %b = math.tanh %a : f32
      memref.store %b, %y[%c0] : memref<8xf32>
      func.return
    }
    ```
    After:
    ```mlir
    func.func private @f(%x: memref<8xf32>, %y: memref<8xf32>) {
      %0 = arith.constant -8.187000e+00 : f32
      %1 = arith.constant 8.187000e+00 : f32
      %2 = arith.constant 1.33544784e-08 : f32
      %3 = arith.constant 2.06089462e-05 : f32
      %4 = arith.constant 0.00349557982 : f32
      %5 = arith.constant 0.133810192 : f32
      %6 = arith.constant 1.000000e+00 : f32
      %7 = arith.constant 7.77648211e-07 : f32
      %8 = arith.constant 0.000328562135 : f32
      %9 = arith.constant 0.0258769505 : f32
      %10 = arith.constant 0.467143357 : f32
      %c0 = arith.constant 0 : index
      %a = memref.load %x[%c0] : memref<8xf32>
      %11 = arith.maximumf %a, %0 : f32
      %12 = arith.minimumf %11, %1 : f32
      %13 = arith.mulf %12, %12 : f32
      %14 = math.fma %13, %2, %3 : f32
      %15 = math.fma %14, %13, %4 : f32
      %16 = math.fma %15, %13, %5 : f32
      %17 = math.fma %16, %13, %6 : f32
      %18 = arith.mulf %12, %17 : f32
      %19 = math.fma %13, %7, %8 : f32
      %20 = math.fma %19, %13, %9 : f32
      %21 = math.fma %20, %13, %10 : f32
      %22 = math.fma %21, %13, %6 : f32
      %b = arith.divf %18, %22 : f32
      memref.store %b, %y[%c0] : memref<8xf32>
      func.return
    }
    ```
    """

    name = "conv-expand-math"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.ops:
            if isinstance(function, func.FuncOp) and function.body.blocks:
                _expand_function(function)


def _expand_function(function: func.FuncOp) -> None:
    constants = _Constants(function)
    logistic: set[Operation] = set()
    for op in list(function.walk()):
        exp = _exp_of_logistic(op)
        if exp is not None and _is_single_precision(exp.result.type):
            logistic.add(exp)
            _replace(op, _quotient(_Writer(op, constants), *op.operands))
    for op in list(function.walk()):
        if isinstance(op, arith.SelectOp) and isinstance(op.cond.owner, arith.CmpfOp):
            _replace(op, _selection(_Writer(op, constants), op.cond.owner, op.lhs, op.rhs))
    for op in list(function.walk()):
        if isinstance(op, arith.CmpfOp):
            Rewriter.erase_op(op)
        if not isinstance(op, math.ExpOp | math.TanhOp) or not _is_single_precision(op.result.type):
            continue
        writer = _Writer(op, constants)
        if isinstance(op, math.TanhOp):
            _replace(op, _tanh(writer, op.operand))
        else:
            bounds = _LOGISTIC_EXP_RANGE if op in logistic else _EXP_RANGE
            _replace(op, _exp(writer, op.operand, bounds))


def _replace(op: Operation, value: SSAValue) -> None:
    op.results[0].replace_all_uses_with(value)
    Rewriter.erase_op(op)


def _exp_of_logistic(op: Operation) -> math.ExpOp | None:
    """The exp in a division by 1 + exp(x), if nothing else uses it."""
    if not isinstance(op, arith.DivfOp) or not isinstance(op.rhs.owner, arith.AddfOp):
        return None
    one, other = op.rhs.owner.operands
    if not _is_one(one):
        one, other = other, one
    exp = other.owner
    if not _is_one(one) or not isinstance(exp, math.ExpOp) or not exp.result.has_one_use():
        return None
    return exp


def _is_one(value: SSAValue) -> bool:
    if not isinstance(value.owner, arith.ConstantOp):
        return False
    number = value.owner.value
    if isinstance(number, DenseIntOrFPElementsAttr):
        return number.is_splat() and number.get_values()[0] == 1.0
    return isinstance(number, FloatAttr) and number.value.data == 1.0


def _is_single_precision(of_type: Attribute) -> bool:
    element = of_type.element_type if isinstance(of_type, VectorType) else of_type
    return isinstance(element, Float32Type)


class _Constants:
    """Constants at the start of a function, each once."""

    def __init__(self, function: func.FuncOp):
        first = function.body.blocks[0].first_op
        assert first is not None
        self._first = first
        self._known: dict[tuple[float | int, Attribute], SSAValue] = {}

    def get(self, number: float | int, of_type: Attribute) -> SSAValue:
        """A number, or a vector of it."""
        known = self._known.get((number, of_type))
        if known is None:
            op = arith.ConstantOp.create(
                properties={"value": _constant(number, of_type)}, result_types=[of_type]
            )
            block = self._first.parent
            assert block is not None
            block.insert_op_before(op, self._first)
            known = self._known[number, of_type] = op.results[0]
        return known


def _constant(number: float | int, of_type: Attribute) -> Attribute:
    if isinstance(of_type, VectorType):
        return DenseIntOrFPElementsAttr.from_list(of_type, [number])
    return FloatAttr(number, f32) if isinstance(number, float) else IntegerAttr(int(number), i32)


class _Writer:
    """Writes operations of one float type in front of the operation that they replace."""

    def __init__(self, op: Operation, constants: _Constants):
        self._op = op
        self._constants = constants
        self.float_type = op.results[0].type
        self.int_type: Attribute = i32
        if isinstance(self.float_type, VectorType):
            self.int_type = VectorType(i32, self.float_type.get_shape())

    def emit(self, op: type[Operation], of_type: Attribute, *operands: SSAValue) -> SSAValue:
        new = op.create(operands=operands, result_types=[of_type], location=self._op.location)
        block = self._op.parent
        assert block is not None
        block.insert_op_before(new, self._op)
        return new.results[0]

    def on_floats(self, op: type[Operation], *operands: SSAValue | float) -> SSAValue:
        """An operation on floats; a Python number stands for a constant."""
        values = [
            self._constants.get(o, self.float_type) if isinstance(o, float) else o for o in operands
        ]
        return self.emit(op, self.float_type, *values)

    def on_integers(self, op: type[Operation], left: SSAValue, right: int) -> SSAValue:
        return self.emit(op, self.int_type, left, self._constants.get(right, self.int_type))

    def from_integer(self, op: type[Operation], left: int, right: SSAValue) -> SSAValue:
        return self.emit(op, self.int_type, self._constants.get(left, self.int_type), right)

    def clamp(self, x: SSAValue, low: float, high: float) -> SSAValue:
        """NaN stays NaN: with bounds other than zero this takes one instruction each."""
        return self.on_floats(arith.MinimumfOp, self.on_floats(arith.MaximumfOp, x, low), high)

    def polynomial(self, x: SSAValue, coefficients: tuple[float, ...]) -> SSAValue:
        """By Horner's rule; coefficients from the lowest power."""
        *rest, second, first = coefficients
        value = self.on_floats(math.FmaOp, x, first, second)
        for coefficient in reversed(rest):
            value = self.on_floats(math.FmaOp, value, x, coefficient)
        return value


def _exp(writer: _Writer, x: SSAValue, bounds: tuple[float, float]) -> SSAValue:
    x = writer.clamp(x, *bounds)
    shifted = writer.on_floats(math.FmaOp, x, _LOG2_E, _ROUND_TO_INTEGER)
    n = writer.on_floats(arith.SubfOp, shifted, _ROUND_TO_INTEGER)
    r = writer.on_floats(math.FmaOp, n, -_LN2_LOW, writer.on_floats(math.FmaOp, n, -_LN2_HIGH, x))
    # 2^(n-1) for twice exp(r): 2^n itself would be infinite for results just below the largest.
    bits = writer.emit(arith.BitcastOp, writer.int_type, shifted)
    exponent = writer.on_integers(
        arith.AddiOp, writer.on_integers(arith.ShLIOp, bits, 23), 126 << 23
    )
    scale = writer.emit(arith.BitcastOp, writer.float_type, exponent)
    return writer.on_floats(arith.MulfOp, writer.polynomial(r, _TWICE_EXP), scale)


def _tanh(writer: _Writer, x: SSAValue) -> SSAValue:
    x = writer.clamp(x, -_TANH_BOUND, _TANH_BOUND)
    square = writer.on_floats(arith.MulfOp, x, x)
    numerator = writer.on_floats(arith.MulfOp, x, writer.polynomial(square, _TANH_NUMERATOR))
    return writer.on_floats(arith.DivfOp, numerator, writer.polynomial(square, _TANH_DENOMINATOR))


def _selection(
    writer: _Writer, condition: arith.CmpfOp, value: SSAValue, other: SSAValue
) -> SSAValue:
    """By the sign of a difference: the LLVM dialect has no comparisons of vectors.

    Adding zero makes a difference of minus zero a positive one.
    """
    predicate = comparison(condition)
    left, right = condition.lhs, condition.rhs
    if predicate in ("oge", "ole"):
        value, other = other, value
    if predicate in ("ogt", "ole"):
        left, right = right, left
    difference = writer.on_floats(arith.SubfOp, left, right)
    bits = writer.emit(
        arith.BitcastOp, writer.int_type, writer.on_floats(arith.AddfOp, difference, 0.0)
    )
    mask = writer.on_integers(arith.ShRSIOp, bits, 31)
    kept = [
        writer.emit(arith.AndIOp, writer.int_type, each, chosen)
        for each, chosen in (
            (writer.emit(arith.BitcastOp, writer.int_type, value), mask),
            (
                writer.emit(arith.BitcastOp, writer.int_type, other),
                writer.on_integers(arith.XOrIOp, mask, -1),
            ),
        )
    ]
    joined = writer.emit(arith.OrIOp, writer.int_type, *kept)
    return writer.emit(arith.BitcastOp, writer.float_type, joined)


def _quotient(writer: _Writer, numerator: SSAValue, denominator: SSAValue) -> SSAValue:
    """numerator / denominator for a denominator from 1 to 2^126.

    The first guess is off by 5 %, a cubic step leaves 1.3e-4, one of Newton's 2e-8.
    """
    bits = writer.emit(arith.BitcastOp, writer.int_type, denominator)
    guess_bits = writer.from_integer(arith.SubiOp, _RECIPROCAL_BITS, bits)
    guess = writer.emit(arith.BitcastOp, writer.float_type, guess_bits)
    minus = writer.on_floats(arith.NegfOp, denominator)
    error = writer.on_floats(math.FmaOp, minus, guess, 1.0)
    correction = writer.on_floats(math.FmaOp, error, error, error)
    better = writer.on_floats(math.FmaOp, correction, guess, guess)
    rest = writer.on_floats(math.FmaOp, minus, better, 1.0)
    reciprocal = writer.on_floats(math.FmaOp, rest, better, better)
    return writer.on_floats(arith.MulfOp, numerator, reciprocal)
