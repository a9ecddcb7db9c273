"""Sums and maxima over some axes of a tensor, as pools over whole images."""

from dataclasses import dataclass
from math import prod

from xdsl.dialects import arith
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.constants import LOWEST
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.regions import ScalarBuilder
from convopt.passes.raising.axes import image_axes, joined, parted
from convopt.passes.raising.bodies import LoopOfAxis, axes_of, expression_of, maps_of
from convopt.passes.raising.elementwise import computed
from convopt.passes.raising.scalars import Computed, Element, Expression
from convopt.passes.raising.start_values import number_of
from convopt.passes.raising.values import Raising, RaisingError

_KINDS = {
    arith.AddfOp: PoolKind.AVERAGE,
    arith.MaximumfOp: PoolKind.MAX,
    arith.MaxnumfOp: PoolKind.MAX,
}


def is_neutral(number: float | None, kind: PoolKind) -> bool:
    """Whether a sum, or a maximum of finite numbers, starts from as good as nothing."""
    if number is None:
        return False
    return number <= LOWEST if kind == PoolKind.MAX else number == 0.0


@dataclass(frozen=True)
class Reduction:
    """The sum (AVERAGE, before it is divided) or the maximum of a tensor over some of its loops."""

    op: LinalgStructuredOperation
    index: int
    kind: PoolKind
    element: Element
    kept: LoopOfAxis
    """The loop of each axis of the result; None for axes of size one."""

    @property
    def start(self) -> SSAValue:
        return self.op.outputs[self.index]

    @property
    def count(self) -> int:
        """How many elements each element of the result is made of."""
        return prod(tensor_of(self.element.tensor).get_shape()) // prod(
            tensor_of(self.op.results[self.index]).get_shape()
        )


def reduction_of(op: LinalgStructuredOperation, index: int) -> Reduction:
    """What a structured operation with loops that reduce does; raises RaisingError."""
    result_map = maps_of(op)[len(op.inputs) + index]
    kept = axes_of(op, result_map, op.outputs[index])
    kind, taken = _accumulated(op, expression_of(op, index), Element(op.outputs[index], kept))
    if not isinstance(taken, Element) or sorted(
        loop for loop in taken.loops if loop is not None
    ) != list(range(result_map.num_dims)):
        raise RaisingError(op, "expected to reduce the elements of one tensor, found a computation")
    return Reduction(op, index, kind, taken, kept)


def _accumulated(
    op: Operation, expression: Expression, old: Element
) -> tuple[PoolKind, Expression]:
    """Whether a sum or a maximum is accumulated, and of what."""
    if isinstance(expression, Computed) and expression.kind in _KINDS:
        left, right = expression.operands
        if old in (left, right):
            return _KINDS[expression.kind], right if left == old else left
    raise RaisingError(op, "expected a sum or a maximum as reduction, found another")


def raise_reduction(raising: Raising, op: LinalgStructuredOperation, index: int) -> SSAValue:
    """A sum or a maximum over some axes."""
    reduction = reduction_of(op, index)
    pooled = pool(raising, reduction)
    if reduction.kind == PoolKind.AVERAGE:
        pooled = scaled(raising, pooled, reduction.count)
    return with_start(raising, op, pooled, reduction.start, reduction.kind)


def pool(raising: Raising, reduction: Reduction) -> SSAValue:
    """The average or maximum, in the shape of the result."""
    element = reduction.element
    taken = _names(element.loops, "taken")
    made = _names(reduction.kept, "made")
    counted = [name for name, loop in zip(taken, element.loops, strict=True) if loop is not None]
    target = image_axes(taken, [name for name in counted if name not in made])
    image = joined(raising, raising.value(element.tensor, reduction.op), taken, target)
    pooled = raising.emit(GlobalPoolOp(image, reduction.kind))
    sizes = dict(
        zip(made, tensor_of(reduction.op.results[reduction.index]).get_shape(), strict=True)
    )
    units = [name for name in made if name not in taken]
    return parted(raising, pooled, [*target[:2], units], made, sizes)


def scaled(raising: Raising, value: SSAValue, factor: float) -> SSAValue:
    """`value` times a number."""
    if factor == 1.0:
        return value
    return computed(raising, [value], lambda values, b: b.mul(values[0], b.constant(factor)))


def with_start(
    raising: Raising, op: Operation, value: SSAValue, start: SSAValue, kind: PoolKind
) -> SSAValue:
    """A sum or a maximum, together with what it starts from."""
    number = number_of(start)
    if is_neutral(number, kind):
        return value
    combine = ScalarBuilder.add if kind == PoolKind.AVERAGE else ScalarBuilder.maximum
    if number is not None:
        return computed(raising, [value], lambda x, b: combine(b, x[0], b.constant(number)))
    return computed(raising, [value, raising.value(start, op)], lambda x, b: combine(b, *x))


def _names(loops: LoopOfAxis, where: str) -> list[str]:
    """A name for each axis; those of one loop have one name, those of size one their own."""
    return [f"{where} {axis}" if loop is None else str(loop) for axis, loop in enumerate(loops)]
