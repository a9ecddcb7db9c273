"""Scalar operations around i8: symmetric 8-bit integers with a scale of their own, x / scale.

In an epilogue the i32 accumulator stands for accumulator * (input scale * filter scale), where the
filter's scale may differ per output channel.
"""

from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.regions import ScalarBuilder

LEAST, MOST = -128.0, 127.0


def dequantize(b: ScalarBuilder, integer: SSAValue, scale: SSAValue) -> SSAValue:
    """The f32 that an i32 stands for."""
    return b.mul(b.to_float(integer), scale)


def quantize(
    b: ScalarBuilder, x: SSAValue, inverse_scale: SSAValue, zero_point: int = 0
) -> SSAValue:
    """x * inverse_scale, rounded half to even, plus zero_point, clamped to i8; NaN is -128."""
    rounded = b.round_even(b.mul(x, inverse_scale))
    shifted = b.add(rounded, b.constant(zero_point)) if zero_point else rounded
    return b.to_int8(activations.clip(b, shifted, LEAST, MOST))
