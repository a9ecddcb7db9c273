"""Structured operations by what their bodies compute."""

from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.ir import Operation, SSAValue

from convopt.passes.raising.averages import raise_average
from convopt.passes.raising.bodies import expression_of, is_parallel
from convopt.passes.raising.elementwise import raise_expression
from convopt.passes.raising.reductions import raise_reduction
from convopt.passes.raising.values import Raising


def raise_structured(raising: Raising, op: Operation, index: int) -> SSAValue:
    """linalg.generic, and the named operations that compute element by element."""
    assert isinstance(op, LinalgStructuredOperation)
    if not is_parallel(op):
        return raise_reduction(raising, op, index)
    expression = expression_of(op, index)
    average = raise_average(raising, op, index, expression)
    return average if average is not None else raise_expression(raising, op, index, expression)
