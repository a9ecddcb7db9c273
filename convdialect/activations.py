"""Activation functions as scalar operations.

Each takes the builder and the value first, so that it fits into any scalar region. NaN follows
`maximum` and `minimum` (see regions.py): `relu` and `clip` make NaN a bound, the others that do
not clamp keep it.
"""

from math import pi, sqrt

from xdsl.ir import SSAValue

from convopt.convdialect.regions import ScalarBuilder

MISH_LIMIT = 20.0
"""Beyond it x * tanh(softplus(x)) is x in f32, and exp(x) squared is still finite."""

SIGN_SLOPE = 1e30
"""Makes all but the tiniest numbers at least 1 in size."""


def relu(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """max(x, 0)"""
    return b.maximum(x, b.constant(0.0))


def clip(
    b: ScalarBuilder, x: SSAValue, low: float | None = None, high: float | None = None
) -> SSAValue:
    """min(max(x, low), high); a bound that is None is left out."""
    if low is not None:
        x = b.maximum(x, b.constant(low))
    if high is not None:
        x = b.minimum(x, b.constant(high))
    return x


def hard_sigmoid(b: ScalarBuilder, x: SSAValue, alpha: float = 0.2, beta: float = 0.5) -> SSAValue:
    """clip(alpha * x + beta, 0, 1); the defaults are ONNX's."""
    return clip(b, b.add(b.mul(x, b.constant(alpha)), b.constant(beta)), 0.0, 1.0)


def hard_swish(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """x * hard_sigmoid(x) with alpha 1/6 and beta 1/2"""
    return b.mul(x, hard_sigmoid(b, x, 1.0 / 6.0, 0.5))


def sigmoid(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """1 / (1 + exp(-x))"""
    one = b.constant(1.0)
    return b.div(one, b.add(one, b.exp(b.neg(x))))


def silu(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """x * sigmoid(x)"""
    return b.mul(x, sigmoid(b, x))


def tanh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The hyperbolic tangent."""
    return b.tanh(x)


def leaky_relu(b: ScalarBuilder, x: SSAValue, slope: SSAValue) -> SSAValue:
    """max(x, 0) + slope * min(x, 0)"""
    negative = b.mul(slope, b.minimum(x, b.constant(0.0)))
    return b.add(b.maximum(x, b.constant(0.0)), negative)


def exponential_unit(
    b: ScalarBuilder, x: SSAValue, alpha: float, rate: float = 1.0, gamma: float = 1.0
) -> SSAValue:
    """gamma * (max(x, 0) + alpha * (exp(rate * min(x, 0)) - 1)): ELU, SELU and CELU"""
    negative = b.minimum(x, b.constant(0.0))
    if rate != 1.0:
        negative = b.mul(negative, b.constant(rate))
    curve = b.mul(b.constant(alpha), b.sub(b.exp(negative), b.constant(1.0)))
    result = b.add(b.maximum(x, b.constant(0.0)), curve)
    return result if gamma == 1.0 else b.mul(b.constant(gamma), result)


def mish(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """x * tanh(log(1 + exp(x))), as x * n / (n + 2) with n = exp(x) * (exp(x) + 2)"""
    two = b.constant(2.0)
    exponential = b.exp(b.minimum(x, b.constant(MISH_LIMIT)))
    n = b.mul(exponential, b.add(exponential, two))
    return b.mul(x, b.div(n, b.add(n, two)))


def softsign(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """x / (1 + |x|)"""
    return b.div(x, b.add(b.constant(1.0), b.abs(x)))


def gelu(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """0.5 * x * (1 + erf(x / sqrt(2)))"""
    curve = erf(b, b.mul(x, b.constant(sqrt(0.5))))
    return _half_gated(b, x, curve)


def gelu_by_tanh(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))"""
    cube = b.mul(b.mul(x, x), b.mul(x, b.constant(0.044715)))
    curve = b.tanh(b.mul(b.constant(sqrt(2.0 / pi)), b.add(x, cube)))
    return _half_gated(b, x, curve)


def _half_gated(b: ScalarBuilder, x: SSAValue, curve: SSAValue) -> SSAValue:
    return b.mul(b.mul(b.constant(0.5), x), b.add(b.constant(1.0), curve))


def erf(b: ScalarBuilder, x: SSAValue) -> SSAValue:
    """The error function, to 1.5e-7 absolute: Abramowitz and Stegun, formula 7.1.26."""
    one, size = b.constant(1.0), b.abs(x)
    t = b.div(one, b.add(one, b.mul(b.constant(0.3275911), size)))
    polynomial = b.constant(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        polynomial = b.add(b.mul(polynomial, t), b.constant(coefficient))
    tail = b.mul(b.mul(polynomial, t), b.exp(b.neg(b.mul(x, x))))
    # x / |x| without a division by zero; what is between -1 and 1 is negligible.
    sign = clip(b, b.mul(x, b.constant(SIGN_SLOPE)), -1.0, 1.0)
    return b.mul(sign, b.sub(one, tail))
