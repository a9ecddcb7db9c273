"""Activation functions as scalar operations.

Each takes the builder and the value first, so that it fits into any scalar region. NaN follows
`maximum` and `minimum` (see regions.py): `relu` and `clip` make NaN a bound, the others that do
not clamp keep it.
"""

from xdsl.ir import SSAValue

from convopt.convdialect.regions import ScalarBuilder


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
