"""What the bodies of structured operations compute for each element, as expressions.

Whatever depends on constants and on the position alone is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from xdsl.dialects import arith, math, tensor
from xdsl.dialects.builtin import TensorType, f32
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.dialects.linalg.attrs import IteratorType
from xdsl.dialects.linalg.ops import IndexOp, YieldOp
from xdsl.ir import Operation, SSAValue
from xdsl.ir.affine import AffineConstantExpr, AffineDimExpr, AffineMap

from convopt.convdialect.layouts import tensor_of
from convopt.passes.raising.known import Array, compared, computed, constant_array, relation_of
from convopt.passes.raising.scalars import (
    SCALAR_FUNCTIONS,
    Comparison,
    Computed,
    Element,
    Expression,
    Gathered,
    Known,
    is_same,
    power,
    selected,
)
from convopt.passes.raising.values import RaisingError

LoopOfAxis = tuple[int | None, ...]
_LARGEST_POWER = 16


@dataclass(frozen=True)
class Loops:
    """The loops of the operation that is raised, and which of them an operation's own are.

    An operation whose body is looked into has loops of its own; None is one of a single step.
    """

    sizes: tuple[int, ...]
    own: LoopOfAxis

    def along(self, array: Array, loops: LoopOfAxis) -> Array:
        """An array whose axes are these loops, with an axis for each loop there is."""
        kept = [loop for loop in loops if loop is not None]
        picked = array[tuple(slice(None) if loop is not None else 0 for loop in loops)]
        order = sorted(range(len(kept)), key=kept.__getitem__)
        shape = [size if loop in kept else 1 for loop, size in enumerate(self.sizes)]
        return np.transpose(picked, order).reshape(shape)

    def position(self, own: int) -> Array:
        """The steps of one of the operation's own loops."""
        loop = self.own[own]
        if loop is None:
            return np.array(0)
        return self.along(np.arange(self.sizes[loop]), (loop,))


def maps_of(op: LinalgStructuredOperation) -> Sequence[AffineMap]:
    """The indexing maps of the operands."""
    return [each.data for each in op.get_indexing_maps()]


def is_parallel(op: LinalgStructuredOperation) -> bool:
    return all(kind.data == IteratorType.PARALLEL for kind in op.get_iterator_types())


def axes_of(op: Operation, map_: AffineMap, value: SSAValue) -> LoopOfAxis:
    """The loop of each axis of an operand; raises RaisingError for other maps."""
    loops: list[int | None] = []
    shape = value.type.get_shape() if isinstance(value.type, TensorType) else ()
    for expression, size in zip(map_.results, shape, strict=True):
        if isinstance(expression, AffineDimExpr):
            loops.append(expression.position)
        elif isinstance(expression, AffineConstantExpr) and expression.value == 0 and size == 1:
            loops.append(None)
        else:
            raise RaisingError(
                op, f"expected a loop, or 0 on an axis of size 1, for each axis, found {map_}"
            )
    used = [loop for loop in loops if loop is not None]
    if len(set(used)) < len(used):
        raise RaisingError(op, f"expected each loop once in a map, found {map_}")
    return tuple(loops)


def expression_of(op: LinalgStructuredOperation, index: int) -> Expression:
    """What an element of that result is; raises RaisingError for what is no expression."""
    sizes = op.get_static_loop_ranges()
    return _Body(op, Loops(tuple(sizes), tuple(range(len(sizes))))).result(index)


@dataclass
class _Body:
    """The body of an operation, read as far as it is asked for."""

    op: LinalgStructuredOperation
    loops: Loops
    _read: dict[SSAValue, Expression] = field(default_factory=dict)

    def result(self, index: int) -> Expression:
        end = self.op.body.block.last_op
        if not isinstance(end, YieldOp):
            raise RaisingError(self.op, "expected linalg.yield at the end of the body, found none")
        return self._value(end.operands[index], end)

    def _value(self, value: SSAValue, user: Operation) -> Expression:
        if value not in self._read:
            self._read[value] = self._expression(value, user)
        return self._read[value]

    def _expression(self, value: SSAValue, user: Operation) -> Expression:
        block = self.op.body.block
        if value.owner is block:
            return self._argument(value)
        array = constant_array(value)
        if array is not None:
            return Known(array)
        if not isinstance(value.owner, Operation) or value.owner.parent is not block:
            raise RaisingError(
                user, f"expected values of the body and constants, found another {value.type}"
            )
        return self._operation(value.owner)

    def _argument(self, argument: SSAValue) -> Expression:
        """An element of an operand; what it is made of where that is no f32."""
        index = self.op.body.block.args.index(argument)
        value = self.op.operands[index]
        array = constant_array(value)
        is_accumulated = index >= len(self.op.inputs) and not is_parallel(self.op)
        if array is not None and array.size == 1 and not is_accumulated:
            return Known(array.reshape(()))
        if not isinstance(value.type, TensorType):
            raise RaisingError(
                self.op, f"expected operands that are tensors or constants, found {value.type}"
            )
        own = axes_of(self.op, maps_of(self.op)[index], value)
        axes = tuple(None if loop is None else self.loops.own[loop] for loop in own)
        if value.type.element_type == f32:
            return Element(value, axes)
        if array is not None:
            return Known(self.loops.along(array, axes))
        made = self._made(value, axes)
        if made is None:
            raise RaisingError(
                self.op, f"expected operands of f32, or made of them, found {value.type}"
            )
        return made

    def _made(self, value: SSAValue, axes: LoopOfAxis) -> Expression | None:
        """The expression of an element, where a parallel operation makes it."""
        producer = value.owner
        if not isinstance(producer, LinalgStructuredOperation) or not is_parallel(producer):
            return None
        index = producer.results.index(value)
        result_map = maps_of(producer)[len(producer.inputs) + index]
        own = dict(zip(axes_of(producer, result_map, value), axes, strict=True))
        count = result_map.num_dims
        if not own.keys() >= set(range(count)):
            raise RaisingError(producer, f"expected a result of all loops, found {result_map}")
        loops = Loops(self.loops.sizes, tuple(own[loop] for loop in range(count)))
        return _Body(producer, loops).result(index)

    def _operation(self, op: Operation) -> Expression:
        if isinstance(op, IndexOp):
            return Known(self.loops.position(op.dim.value.data))
        if isinstance(op, tensor.ExtractOp):
            return self._extracted(op)
        operands = [self._value(operand, op) for operand in op.operands]
        arrays = [operand.array for operand in operands if isinstance(operand, Known)]
        known = _known(op, arrays) if len(arrays) == len(operands) else None
        if known is not None:
            return Known(known)
        if any(isinstance(operand, Gathered) for operand in operands):
            raise RaisingError(op, "expected elements of their own position, found others")
        if isinstance(op, arith.CmpfOp | arith.CmpiOp):
            relation = relation_of(op)
            if relation is None:
                raise RaisingError(op, "expected a comparison by size, found another")
            return Comparison(relation, *operands)
        if isinstance(op, arith.SelectOp):
            return self._select(op, *operands)
        if isinstance(op, math.FPowIOp | math.PowFOp):
            return _power(op, *operands)
        if type(op) in SCALAR_FUNCTIONS and op.results[0].type == f32:
            return Computed(type(op), tuple(operands))
        names = ", ".join(kind.name for kind in SCALAR_FUNCTIONS)
        found = op.results[0].type
        raise RaisingError(op, f"expected scalar arithmetic on f32 ({names}), found {found}")

    def _extracted(self, op: tensor.ExtractOp) -> Expression:
        """An element at a position of its own: of a constant a number."""
        positions = []
        for index in op.indices:
            position = self._value(index, op)
            if not isinstance(position, Known):
                raise RaisingError(op, "expected positions that are known, found others")
            positions.append(position.array)
        shape = tensor_of(op.tensor).get_shape()
        for array, size in zip(positions, shape, strict=True):
            if array.min() < 0 or array.max() >= size:
                found = f"{array.min()} to {array.max()}"
                raise RaisingError(op, f"expected positions below {size}, found {found}")
        elements = constant_array(op.tensor)
        if elements is not None:
            return Known(np.asarray(elements[tuple(positions)]))
        return Gathered(op.tensor, tuple(positions))

    def _select(
        self, op: arith.SelectOp, condition: Expression, yes: Expression, no: Expression
    ) -> Expression:
        if is_same(yes, no):
            return yes
        if isinstance(condition, Known) and condition.number is not None:
            return yes if condition.number else no
        if isinstance(condition, Comparison):
            for candidates in ((yes, no), (self._opened(yes), no), (yes, self._opened(no))):
                chosen = selected(condition, *candidates)
                if chosen is not None:
                    return chosen
        raise RaisingError(
            op, "expected the larger or the smaller of two values, or a leaky ReLU, found another"
        )

    def _opened(self, expression: Expression) -> Expression:
        """What an element is made of, where that is known."""
        if not isinstance(expression, Element):
            return expression
        try:
            return self._made(expression.tensor, expression.loops) or expression
        except RaisingError:
            return expression


def _known(op: Operation, operands: list[Array]) -> Array | None:
    """What an operation makes of known operands, or None."""
    if isinstance(op, arith.CmpfOp | arith.CmpiOp):
        return compared(op, *operands)
    return computed(op, operands)


def _power(op: math.FPowIOp | math.PowFOp, base: Expression, exponent: Expression) -> Expression:
    number = exponent.number if isinstance(exponent, Known) else None
    if number == 0.5:
        return Computed(math.SqrtOp, (base,))
    if number is None or number != round(number) or abs(number) > _LARGEST_POWER:
        found = "an unknown one" if number is None else f"{number:g}"
        raise RaisingError(
            op,
            f"expected an exponent of 0.5 or a whole number up to {_LARGEST_POWER}, found {found}",
        )
    return power(base, round(number))
