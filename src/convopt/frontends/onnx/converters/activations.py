"""Activation functions: one elementwise operation each."""

from math import pi, sqrt

from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.onnx.builder import Unsupported
from convopt.frontends.onnx.context import NodeContext, ScalarFormula
from convopt.frontends.onnx.converters.table import converts
from convopt.frontends.onnx.graph import Array

MISH_LIMIT = 20.0
"""Beyond it x * tanh(softplus(x)) is x in f32, and exp(x) squared is still finite."""

SIGN_SLOPE = 1e30
"""Makes all but the tiniest numbers at least 1 in size."""


def _unary(op_type: str, formula: ScalarFormula) -> None:
    def convert(context: NodeContext) -> SSAValue:
        return context.elementwise([context.value()], formula)

    converts(op_type)(convert)


_unary("Relu", activations.relu)
_unary("Sigmoid", activations.sigmoid)
_unary("Tanh", activations.tanh)
_unary("HardSwish", activations.hard_swish)


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
        return _leaky(b, x, b.constant(alpha))

    return context.elementwise([context.value()], formula)


@converts("PRelu")
def p_relu(context: NodeContext) -> SSAValue:
    """The slope broadcasts to the input; before opset 7 a slope per channel does so, too."""
    slope = context.constant(1, "slope")
    if context.opset < 7 and slope.ndim == 1 and slope.size > 1:
        raise Unsupported("expected opset 7 or newer for a slope per channel")
    return context.elementwise_inputs(_leaky)


def _leaky(b: ScalarBuilder, x: SSAValue, slope: SSAValue) -> SSAValue:
    """max(x, 0) + slope * min(x, 0)"""
    negative = b.mul(slope, b.minimum(x, b.constant(0.0)))
    return b.add(b.maximum(x, b.constant(0.0)), negative)


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
    """gamma * (max(x, 0) + alpha * (exp(rate * min(x, 0)) - 1))"""

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        negative = b.minimum(x, b.constant(0.0))
        if rate != 1.0:
            negative = b.mul(negative, b.constant(rate))
        curve = b.mul(b.constant(alpha), b.sub(b.exp(negative), b.constant(1.0)))
        result = b.add(b.maximum(x, b.constant(0.0)), curve)
        return result if gamma == 1.0 else b.mul(b.constant(gamma), result)

    return context.elementwise([context.value()], formula)


@converts("Mish")
def mish(context: NodeContext) -> SSAValue:
    """x * tanh(log(1 + exp(x))), as x * n / (n + 2) with n = exp(x) * (exp(x) + 2)"""

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        two = b.constant(2.0)
        exponential = b.exp(b.minimum(x, b.constant(MISH_LIMIT)))
        n = b.mul(exponential, b.add(exponential, two))
        return b.mul(x, b.div(n, b.add(n, two)))

    return context.elementwise([context.value()], formula)


@converts("Softsign")
def softsign(context: NodeContext) -> SSAValue:
    """x / (1 + |x|)"""

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return b.div(x, b.add(b.constant(1.0), b.abs(x)))

    return context.elementwise([context.value()], formula)


@converts("Gelu")
def gelu(context: NodeContext) -> SSAValue:
    """0.5 * x * (1 + erf(x / sqrt(2))), or its approximation by tanh"""
    curve = _tanh_of_gelu if context.attribute("approximate", "none") == "tanh" else _erf_of_gelu

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return b.mul(b.mul(b.constant(0.5), x), b.add(b.constant(1.0), curve(b, x)))

    return context.elementwise([context.value()], formula)


def _tanh_of_gelu(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))"""
    cube = b.mul(b.mul(x, x), b.mul(x, b.constant(0.044715)))
    return b.tanh(b.mul(b.constant(sqrt(2.0 / pi)), b.add(x, cube)))


def _erf_of_gelu(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    return _erf(b, b.mul(x, b.constant(sqrt(0.5))))


@converts("Erf")
def erf(context: NodeContext) -> SSAValue:
    return context.elementwise([context.value()], _erf)


def _erf(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The error function, to 1.5e-7 absolute: Abramowitz and Stegun, formula 7.1.26."""
    one, size = b.constant(1.0), b.abs(x)
    t = b.div(one, b.add(one, b.mul(b.constant(0.3275911), size)))
    polynomial = b.constant(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = b.add(b.mul(polynomial, t), b.constant(coefficient))
    tail = b.mul(b.mul(polynomial, t), b.exp(b.neg(b.mul(x, x))))
    # x / |x| without a division by zero; what is between -1 and 1 is negligible.
    sign = activations.clip(b, b.mul(x, b.constant(SIGN_SLOPE)), -1.0, 1.0)
    return b.mul(sign, b.sub(one, tail))
