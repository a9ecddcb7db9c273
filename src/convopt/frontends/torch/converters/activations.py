"""Activation functions: one elementwise operation each."""

from functools import partial

from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.building.node import ScalarFormula
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


def _unary(name: str, formula: ScalarFormula) -> None:
    def convert(context: NodeContext) -> SSAValue:
        return context.elementwise([context.value()], formula)

    converts(name)(convert)


_unary("relu", activations.relu)
_unary("relu6", partial(activations.clip, low=0.0, high=6.0))
_unary("sigmoid", activations.sigmoid)
_unary("tanh", activations.tanh)
_unary("silu", activations.silu)
_unary("hardswish", activations.hard_swish)
_unary("hardsigmoid", partial(activations.hard_sigmoid, alpha=1.0 / 6.0))
_unary("mish", activations.mish)
_unary("erf", activations.erf)


@converts("hardtanh")
def hardtanh(context: NodeContext) -> SSAValue:
    return _clip(context, "min_val", "max_val")


@converts("clamp", "clamp_min", "clamp_max")
def clamp(context: NodeContext) -> SSAValue:
    return _clip(context, "min", "max")


def _clip(context: NodeContext, low: str, high: str) -> SSAValue:
    """A clamp whose bounds are arguments; one that is None or unknown is none."""
    bounds = [
        None if context.argument_or(name, None) is None else context.number(name)
        for name in (low, high)
    ]

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.clip(b, x, *bounds)

    return context.elementwise([context.value()], formula)


@converts("gelu")
def gelu(context: NodeContext) -> SSAValue:
    by_tanh = context.argument("approximate") == "tanh"
    formula = activations.gelu_by_tanh if by_tanh else activations.gelu
    return context.elementwise([context.value()], formula)


@converts("leaky_relu")
def leaky_relu(context: NodeContext) -> SSAValue:
    slope = context.number("negative_slope")

    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.leaky_relu(b, x, b.constant(slope))

    return context.elementwise([context.value()], formula)


@converts("elu")
def elu(context: NodeContext) -> SSAValue:
    """scale * (max(x, 0) + alpha * (exp(input_scale * min(x, 0)) - 1))"""
    alpha, rate = context.number("alpha"), context.number("input_scale")
    return _exponential_unit(context, alpha, rate, context.number("scale"))


@converts("celu")
def celu(context: NodeContext) -> SSAValue:
    """max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1)"""
    alpha = context.number("alpha")
    return _exponential_unit(context, alpha, 1.0 / alpha, 1.0)


def _exponential_unit(context: NodeContext, alpha: float, rate: float, gamma: float) -> SSAValue:
    def formula(b: ScalarBuilder, x: SSAValue) -> SSAValue:
        return activations.exponential_unit(b, x, alpha, rate, gamma)

    return context.elementwise([context.value()], formula)


@converts("_prelu_kernel")
def prelu(context: NodeContext) -> SSAValue:
    """The weight broadcasts to the input."""
    operands = [context.value(), context.value("weight")]
    return context.elementwise(operands, activations.leaky_relu)
