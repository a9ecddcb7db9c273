"""Arithmetic on elements: one elementwise operation each."""

from collections.abc import Callable
from functools import reduce

from xdsl.ir import SSAValue

from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.building.function import Unsupported
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts

BinaryStep = Callable[[ScalarBuilder, SSAValue, SSAValue], SSAValue]
UnaryStep = Callable[[ScalarBuilder, SSAValue], SSAValue]


def _binary(op_type: str, step: BinaryStep) -> None:
    """Enters an operator of two inputs, or of any number that are combined one after another."""

    def convert(context: NodeContext) -> SSAValue:
        _require_numpy_broadcasting(context)
        if len(context.node.inputs) == 1:
            return context.value()

        def formula(b: ScalarBuilder, *operands: SSAValue) -> SSAValue:
            return reduce(lambda left, right: step(b, left, right), operands)

        return context.elementwise_inputs(formula)

    converts(op_type)(convert)


def _unary(op_type: str, step: UnaryStep) -> None:
    def convert(context: NodeContext) -> SSAValue:
        return context.elementwise([context.value()], step)

    converts(op_type)(convert)


_binary("Add", ScalarBuilder.add)
_binary("Sub", ScalarBuilder.sub)
_binary("Mul", ScalarBuilder.mul)
_binary("Div", ScalarBuilder.div)
_binary("Sum", ScalarBuilder.add)
_binary("Max", ScalarBuilder.maximum)
_binary("Min", ScalarBuilder.minimum)
_unary("Neg", ScalarBuilder.neg)
_unary("Abs", ScalarBuilder.abs)
_unary("Sqrt", ScalarBuilder.sqrt)
_unary("Exp", ScalarBuilder.exp)


def _require_numpy_broadcasting(context: NodeContext) -> None:
    # The attribute `broadcast` of old opsets without an axis means what NumPy does.
    if context.attribute("axis") is not None:
        raise Unsupported("expected NumPy broadcasting (opset 7 or newer), found an axis")


@converts("Reciprocal")
def reciprocal(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return b.div(b.constant(1.0), x)

    return context.elementwise([context.value()], formula)


@converts("Mean")
def mean(context: NodeContext) -> SSAValue:
    """The sum of the inputs over their number."""
    count = len(context.node.inputs)

    def formula(b: ScalarBuilder, *operands: SSAValue) -> SSAValue:
        total = reduce(b.add, operands)
        return b.mul(total, b.constant(1.0 / count))

    return context.elementwise_inputs(formula)


@converts("Pow")
def power(context: NodeContext) -> SSAValue:
    """Powers that a few multiplications or a square root make."""
    exponent = context.constant(1, "exponent")
    found = float(exponent.reshape(())) if exponent.size == 1 else None
    steps: dict[float | None, UnaryStep] = {
        0.5: lambda b, x: b.sqrt(x),
        1.0: lambda b, x: x,
        2.0: lambda b, x: b.mul(x, x),
        3.0: lambda b, x: b.mul(b.mul(x, x), x),
    }
    if found not in steps:
        shown = exponent.tolist() if exponent.size < 4 else f"{exponent.size} exponents"
        raise Unsupported(f"expected an exponent out of 0.5, 1, 2, 3, found {shown}")
    return context.elementwise([context.value()], steps[found])
