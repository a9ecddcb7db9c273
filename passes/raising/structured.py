"""Structured operations by what their bodies compute."""

from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Operation, SSAValue

from convopt.passes.raising.averages import raise_average
from convopt.passes.raising.bodies import expression_of, is_parallel
from convopt.passes.raising.elementwise import raise_expression
from convopt.passes.raising.gathers import raise_gather
from convopt.passes.raising.reductions import raise_reduction
from convopt.passes.raising.scalars import Gathered
from convopt.passes.raising.softmax import raise_softmax
from convopt.passes.raising.values import Raising


def raise_structured(raising: Raising, op: Operation, index: int) -> SSAValue:
    """linalg.generic, and the named operations that compute element by element."""
    assert isinstance(op, LinalgStructuredOperation)
    if not is_parallel(op):
        return raise_reduction(raising, op, index)
    expression = expression_of(op, index)
    if isinstance(expression, Gathered):
        return raise_gather(raising, op, index, expression)
    for recognized in (raise_average, raise_softmax):
        value = recognized(raising, op, index, expression)
        if value is not None:
            return value
    return raise_expression(raising, op, index, expression)
