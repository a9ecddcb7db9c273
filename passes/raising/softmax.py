"""Softmax that is written as maximum, difference, exponential, sum and quotient."""

from xdsl.dialects import arith, math, tensor
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.normalization import SoftmaxOp
from convopt.passes.raising.bodies import LoopOfAxis, expression_of, is_parallel
from convopt.passes.raising.elementwise import result_loops
from convopt.passes.raising.reductions import is_neutral, reduction_of
from convopt.passes.raising.scalars import Computed, Element, Expression
from convopt.passes.raising.start_values import groups_of, number_of
from convopt.passes.raising.values import Raising, RaisingError


def raise_softmax(
    raising: Raising, op: LinalgStructuredOperation, index: int, expression: Expression
) -> SSAValue | None:
    """exp(x - max x) over its sum along one axis; None for all else."""
    if not isinstance(expression, Computed) or expression.kind is not arith.DivfOp:
        return None
    exponential, total = expression.operands
    if not isinstance(exponential, Element) or not isinstance(total, Element):
        return None
    order = result_loops(op, index)
    axis = _reduced_axis(total, exponential, PoolKind.AVERAGE)
    shifted = _shifted(exponential.tensor)
    if axis is None or shifted is None or exponential.loops != order:
        return None
    value, largest = shifted
    if value.loops != tuple(range(len(order))):
        return None
    if _reduced_axis(largest, value, PoolKind.MAX) != axis:
        return None
    return raising.emit(SoftmaxOp(raising.value(value.tensor, op), axis))


def _shifted(exponential: SSAValue) -> tuple[Element, Element] | None:
    """x and its maximum, behind exp(x - max x) in one operation or two."""
    made = _expression(exponential)
    if not isinstance(made, Computed) or made.kind is not math.ExpOp:
        return None
    difference: Expression | None = made.operands[0]
    if isinstance(difference, Element):
        rank = len(tensor_of(exponential).get_shape())
        if difference.loops != tuple(range(rank)):
            return None
        difference = _expression(difference.tensor)
    if not isinstance(difference, Computed) or difference.kind is not arith.SubfOp:
        return None
    value, largest = difference.operands
    if not isinstance(value, Element) or not isinstance(largest, Element):
        return None
    return value, largest


def _expression(value: SSAValue) -> Expression | None:
    """What an element is where the operation's loops are the tensor's axes, in order."""
    op = value.owner
    if not isinstance(op, LinalgStructuredOperation) or not is_parallel(op):
        return None
    index = op.results.index(value)
    try:
        order = result_loops(op, index)
        return expression_of(op, index) if order == tuple(range(len(order))) else None
    except RaisingError:
        return None


def _reduced_axis(reduced: Element, source: Element, kind: PoolKind) -> int | None:
    """The axis of `source` that `reduced` is the sum or maximum over, element for element."""
    value, loops = _without_units(reduced)
    op = value.owner
    if not isinstance(op, LinalgStructuredOperation) or is_parallel(op):
        return None
    try:
        reduction = reduction_of(op, op.results.index(value))
    except RaisingError:
        return None
    is_whole = reduction.element.tensor is source.tensor and reduction.kind == kind
    if not is_whole or not is_neutral(number_of(reduction.start), kind):
        return None
    # Which loop of the reader runs along each loop of the reduction.
    readers = dict(zip(reduction.element.loops, source.loops, strict=True))
    for own, outer in zip(reduction.kept, loops, strict=True):
        if own is not None and readers[own] != outer:
            return None
    axes = [axis for axis, own in enumerate(reduction.element.loops) if own not in reduction.kept]
    return axes[0] if len(axes) == 1 else None


def _without_units(element: Element) -> tuple[SSAValue, LoopOfAxis]:
    """An element of a tensor before axes of size one were put into it."""
    op = element.tensor.owner
    if not isinstance(op, tensor.ExpandShapeOp):
        return element.tensor, element.loops
    shape = op.static_output_shape.get_values()
    loops = []
    for parts in groups_of(op):
        wide = [part for part in parts if shape[part] > 1] or parts[:1]
        if len(wide) > 1:
            return element.tensor, element.loops
        loops.append(element.loops[wide[0]])
    return op.src, tuple(loops)
