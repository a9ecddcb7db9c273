"""Activation functions: one elementwise operation each."""

from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.building.function import Array, Unsupported
from convopt.frontends.building.node import ScalarFormula
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts


def _unary(op_type: str, formula: ScalarFormula) -> None:
    def convert(context: NodeContext) -> SSAValue:
        return context.elementwise([context.value()], formula)

    converts(op_type)(convert)


_unary("Relu", activations.relu)
_unary("Sigmoid", activations.sigmoid)
_unary("Tanh", activations.tanh)
_unary("HardSwish", activations.hard_swish)
_unary("Mish", activations.mish)
_unary("Softsign", activations.softsign)
_unary("Erf", activations.erf)


@converts("Clip")
def clip(context: NodeContext) -> SSAValue:
    if context.opset < 11:
        low, high = context.attribute("min"), context.attribute("max")
    else:
        low = _bound(context.optional_constant(1, "lower bound"))
        high = _bound(context.optional_constant(2, "upper bound"))

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.clip(b, x, low, high)

    return context.elementwise([context.value()], formula)


def _bound(array: Array | None) -> float | None:
    return None if array is None else float(array.reshape(()))


@converts("HardSigmoid")
def hard_sigmoid(context: NodeContext) -> SSAValue:
    alpha, beta = context.attribute("alpha", 0.2), context.attribute("beta", 0.5)

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.hard_sigmoid(b, x, alpha, beta)

    return context.elementwise([context.value()], formula)


@converts("Swish")
def swish(context: NodeContext) -> SSAValue:
    """x * sigmoid(alpha * x)"""
    alpha = context.attribute("alpha", 1.0)

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        scaled = x if alpha == 1.0 else b.mul(x, b.constant(alpha))
        return b.mul(x, activations.sigmoid(b, scaled))

    return context.elementwise([context.value()], formula)


@converts("LeakyRelu")
def leaky_relu(context: NodeContext) -> SSAValue:
    alpha = context.attribute("alpha", 0.01)

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.leaky_relu(b, x, b.constant(alpha))

    return context.elementwise([context.value()], formula)


@converts("PRelu")
def p_relu(context: NodeContext) -> SSAValue:
    """The slope broadcasts to the input; before opset 7 a slope per channel does so, too."""
    slope = context.constant(1, "slope")
    if context.opset < 7 and slope.ndim == 1 and slope.size > 1:
        raise Unsupported("expected opset 7 or newer for a slope per channel")
    return context.elementwise_inputs(activations.leaky_relu)


@converts("Elu")
def elu(context: NodeContext) -> SSAValue:
    return _exponential_unit(context, alpha=context.attribute("alpha", 1.0))


@converts("Selu")
def selu(context: NodeContext) -> SSAValue:
    # The defaults are ONNX's.
    alpha = context.attribute("alpha", 1.67326319217681884765625)
    gamma = context.attribute("gamma", 1.05070102214813232421875)
    return _exponential_unit(context, alpha, gamma=gamma)


@converts("Celu")
def celu(context: NodeContext) -> SSAValue:
    alpha = context.attribute("alpha", 1.0)
    return _exponential_unit(context, alpha, rate=1.0 / alpha)


def _exponential_unit(
    context: NodeContext, alpha: float, rate: float = 1.0, gamma: float = 1.0
) -> SSAValue:
    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.exponential_unit(b, x, alpha, rate, gamma)

    return context.elementwise([context.value()], formula)


@converts("Gelu")
def gelu(context: NodeContext) -> SSAValue:
    by_tanh = context.attribute("approximate", "none") == "tanh"
    formula = activations.gelu_by_tanh if by_tanh else activations.gelu
    return context.elementwise([context.value()], formula)
