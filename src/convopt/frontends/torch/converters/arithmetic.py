"""Arithmetic on elements: one elementwise operation each."""

from collections.abc import Callable

from xdsl.ir import SSAValue

from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.building.function import Unsupported
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts

BinaryStep = Callable[[ScalarBuilder, SSAValue, SSAValue], SSAValue]
UnaryStep = Callable[[ScalarBuilder, SSAValue], SSAValue]


def _binary(step: BinaryStep, *names: str) -> None:
    def convert(context: NodeContext) -> SSAValue:
        if context.argument_or("rounding_mode", None) is not None:
            raise Unsupported("expected a division without rounding")
        return context.elementwise_of([context.operand("self"), context.operand("other")], step)

    converts(*names)(convert)


def _with_factor(step: BinaryStep, *names: str) -> None:
    """Enters an operator whose second operand is multiplied by `alpha`."""

    def convert(context: NodeContext) -> SSAValue:
        alpha = context.number("alpha")

        def formula(b: ScalarBuilder, left: SSAValue, right: SSAValue) -> SSAValue:
            return step(b, left, right if alpha == 1.0 else b.mul(right, b.constant(alpha)))

        return context.elementwise_of([context.operand("self"), context.operand("other")], formula)

    converts(*names)(convert)


def _unary(step: UnaryStep, name: str) -> None:
    def convert(context: NodeContext) -> SSAValue:
        return context.elementwise([context.value()], step)

    converts(name)(convert)


_with_factor(ScalarBuilder.add, "add.Tensor", "add.Scalar")
_with_factor(ScalarBuilder.sub, "sub.Tensor", "sub.Scalar")
_binary(ScalarBuilder.mul, "mul.Tensor", "mul.Scalar")
_binary(ScalarBuilder.div, "div.Tensor", "div.Scalar")
_binary(ScalarBuilder.maximum, "maximum")
_binary(ScalarBuilder.minimum, "minimum")
_unary(ScalarBuilder.neg, "neg")
_unary(ScalarBuilder.abs, "abs")
_unary(ScalarBuilder.sqrt, "sqrt")
_unary(ScalarBuilder.exp, "exp")


@converts("rsub.Tensor", "rsub.Scalar")
def reversed_subtraction(context: NodeContext) -> SSAValue:
    """other - alpha * self"""
    alpha = context.number("alpha")

    def formula(b: ScalarBuilder, x: SSAValue, other: SSAValue) -> SSAValue:
        return b.sub(other, x if alpha == 1.0 else b.mul(x, b.constant(alpha)))

    return context.elementwise_of([context.operand("self"), context.operand("other")], formula)


@converts("rsqrt")
def rsqrt(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return b.div(b.constant(1.0), b.sqrt(x))

    return context.elementwise([context.value()], formula)


@converts("reciprocal")
def reciprocal(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return b.div(b.constant(1.0), x)

    return context.elementwise([context.value()], formula)


@converts("pow.Tensor_Scalar")
def power(context: NodeContext) -> SSAValue:
    """Powers that a few multiplications or a square root make."""
    exponent = context.number("exponent")
    steps: dict[float, UnaryStep] = {
        0.5: lambda b, x: b.sqrt(x),
        2.0: lambda b, x: b.mul(x, x),
        3.0: lambda b, x: b.mul(b.mul(x, x), x),
    }
    if exponent not in steps:
        raise Unsupported(f"expected an exponent out of 0.5, 2, 3, found {exponent:g}")
    return context.elementwise([context.value()], steps[exponent])
