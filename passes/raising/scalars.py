"""Expressions of the elements of tensors, and the scalar regions that they become.

Comparisons and selections become maxima and minima, which turn NaN into the other operand where
`arith.select` kept it; see regions.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from xdsl.dialects import arith, math
from xdsl.ir import Operation, Region, SSAValue

from convopt.convdialect import activations
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.passes.raising.known import Array


@dataclass(frozen=True, eq=False)
class Known:
    """Numbers that depend on the position at most: a scalar, or an axis for each loop."""

    array: Array

    @property
    def number(self) -> float | None:
        """The number that it is everywhere, or None."""
        first = self.array.flat[0]
        is_uniform = self.array.size == 1 or bool((self.array == first).all())
        return float(first) if is_uniform else None


@dataclass(frozen=True)
class Element:
    """An element of a tensor: the loop that counts along each axis, None where the size is one."""

    tensor: SSAValue
    loops: tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Computed:
    """What an operation of `SCALAR_FUNCTIONS` makes of its operands."""

    kind: type[Operation]
    operands: "tuple[Expression, ...]"


@dataclass(frozen=True, eq=False)
class Comparison:
    """A truth value: `left` `gt`, `ge`, `lt`, `le`, `eq` or `ne` `right`."""

    relation: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, eq=False)
class Gathered:
    """An element of a tensor at positions that are known, an axis for each loop."""

    tensor: SSAValue
    positions: tuple[Array, ...]


Expression: TypeAlias = Known | Element | Computed | Comparison | Gathered

ZERO = Known(np.array(0.0, np.float32))
ONE = Known(np.array(1.0, np.float32))


def is_same(left: Expression, right: Expression) -> bool:
    """Whether two expressions are known to have the same value."""
    if isinstance(left, Known) and isinstance(right, Known):
        return left.number is not None and left.number == right.number
    return left == right


def selected(condition: Comparison, yes: Expression, no: Expression) -> Expression | None:
    """`yes` where the condition holds, else `no`, as maxima and minima; None if it is neither."""
    if condition.relation in ("lt", "le"):
        opposite = {"lt": "gt", "le": "ge"}[condition.relation]
        return selected(Comparison(opposite, condition.right, condition.left), yes, no)
    if condition.relation not in ("gt", "ge"):
        return None
    larger, smaller = condition.left, condition.right
    if is_same(yes, larger) and is_same(no, smaller):
        return _extremum(arith.MaxnumfOp, larger, smaller)
    if is_same(yes, smaller) and is_same(no, larger):
        return _extremum(arith.MinnumfOp, larger, smaller)
    # x > 0 ? x : slope * x, and 0 > x ? slope * x : x.
    if is_same(smaller, ZERO) and is_same(yes, larger):
        return _leaky(larger, _other_factor(no, larger))
    if is_same(larger, ZERO) and is_same(no, smaller):
        return _leaky(smaller, _other_factor(yes, smaller))
    return None


def _extremum(kind: type[Operation], left: Expression, right: Expression) -> Expression:
    """The larger or the smaller of two; a bound comes last."""
    return Computed(kind, (right, left) if isinstance(left, Known) else (left, right))


def _other_factor(product: Expression, factor: Expression) -> Expression | None:
    if not isinstance(product, Computed) or product.kind is not arith.MulfOp:
        return None
    left, right = product.operands
    if is_same(left, factor):
        return right
    return left if is_same(right, factor) else None


def _leaky(x: Expression, slope: Expression | None) -> Expression | None:
    """max(x, 0) + slope * min(x, 0)"""
    if slope is None:
        return None
    negative = Computed(arith.MulfOp, (slope, Computed(arith.MinnumfOp, (x, ZERO))))
    return Computed(arith.AddfOp, (Computed(arith.MaxnumfOp, (x, ZERO)), negative))


def power(base: Expression, exponent: int) -> Expression:
    """`base` to a whole number, by repeated squaring."""
    if exponent < 0:
        return Computed(arith.DivfOp, (ONE, power(base, -exponent)))
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    half = power(base, exponent // 2)
    square = Computed(arith.MulfOp, (half, half))
    return Computed(arith.MulfOp, (square, base)) if exponent % 2 else square


def leaves_of(expression: Expression) -> Iterator[Element | Known]:
    """The elements and the numbers that depend on the position that an expression reads, each once.

    Elements are equal by what they read; numbers are told apart as objects.
    """
    seen: set[object] = set()
    pending: list[Expression] = [expression]
    while pending:
        each = pending.pop()
        if each in seen:
            continue
        seen.add(each)
        if isinstance(each, Computed):
            pending.extend(reversed(each.operands))
        elif isinstance(each, Element) or (isinstance(each, Known) and each.number is None):
            yield each


def scalar_region(expression: Expression, leaves: Sequence[Element | Known]) -> Region:
    """A scalar region that computes the expression; `leaves` are its arguments."""

    def write(arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
        written: dict[Expression, SSAValue] = dict(zip(leaves, arguments, strict=True))
        return _write(expression, written, b)

    return build_region(len(leaves), write)


def _write(
    expression: Expression, written: dict[Expression, SSAValue], b: ScalarBuilder
) -> SSAValue:
    if expression not in written:
        written[expression] = _written(expression, written, b)
    return written[expression]


def _written(
    expression: Expression, written: dict[Expression, SSAValue], b: ScalarBuilder
) -> SSAValue:
    if isinstance(expression, Known):
        assert expression.number is not None
        return b.constant(expression.number)
    assert isinstance(expression, Computed)
    operands = [_write(operand, written, b) for operand in expression.operands]
    if expression.kind is arith.DivfOp and (inverse := _inverse(expression.operands[1])):
        return b.mul(operands[0], b.constant(inverse))
    return SCALAR_FUNCTIONS[expression.kind](b, *operands)


def _inverse(divisor: Expression) -> float | None:
    """What to multiply by instead of dividing; None where that is no finite number."""
    if not isinstance(divisor, Known) or not divisor.number:
        return None
    with np.errstate(over="ignore"):
        inverse = np.float32(1.0 / divisor.number)
    return float(inverse) if np.isfinite(inverse) else None


def _reciprocal_root(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    return b.div(b.constant(1.0), b.sqrt(x))


def _multiply_add(b: ScalarBuilder, x: SSAValue, y: SSAValue, z: SSAValue) -> SSAValue:
    return b.add(b.mul(x, y), z)


SCALAR_FUNCTIONS: Mapping[type[Operation], Callable[..., SSAValue]] = {
    arith.AddfOp: ScalarBuilder.add,
    arith.SubfOp: ScalarBuilder.sub,
    arith.MulfOp: ScalarBuilder.mul,
    arith.DivfOp: ScalarBuilder.div,
    arith.NegfOp: ScalarBuilder.neg,
    arith.MaximumfOp: ScalarBuilder.maximum,
    arith.MaxnumfOp: ScalarBuilder.maximum,
    arith.MinimumfOp: ScalarBuilder.minimum,
    arith.MinnumfOp: ScalarBuilder.minimum,
    math.AbsFOp: ScalarBuilder.abs,
    math.ErfOp: activations.erf,
    math.ExpOp: ScalarBuilder.exp,
    math.FmaOp: _multiply_add,
    math.RoundEvenOp: ScalarBuilder.round_even,
    math.RsqrtOp: _reciprocal_root,
    math.SqrtOp: ScalarBuilder.sqrt,
    math.TanhOp: ScalarBuilder.tanh,
}
"""The operations that scalar regions hold, or are made of."""
