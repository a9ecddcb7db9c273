"""Gradients of convolutions and activations."""

from xdsl.ir import SSAValue

from convopt.convdialect import activations
from convopt.convdialect.ops.convolution_base import kernel_of
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.ops.reduction import ChannelSumsOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.convdialect.shapes import Window
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.node import ScalarFormula
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import Results, converts


@converts("convolution_backward")
def convolution_backward(context: NodeContext) -> Results:
    """The gradients with regard to input, filter and bias, as far as they are wanted."""
    if context.argument("transposed"):
        raise Unsupported("expected a convolution, found a transposed one")
    grad, x = context.feature_map("grad_output"), context.feature_map("input")
    filters = context.filter("weight")
    rows, columns = context.pair("padding")
    window = Window(
        kernel_of(filters),
        context.pair("stride"),
        (rows, columns, rows, columns),
        context.pair("dilation"),
    )
    groups = context.argument("groups")
    wants_input, wants_filter, wants_bias = context.argument("output_mask")
    return (
        _backward_data(context, grad, filters, x, window, groups) if wants_input else None,
        _weight_gradient(context, grad, filters, x, window, groups) if wants_filter else None,
        _bias_gradient(context, grad) if wants_bias else None,
    )


def _backward_data(
    context: NodeContext,
    grad: SSAValue,
    filters: SSAValue,
    x: SSAValue,
    window: Window,
    groups: int,
) -> SSAValue:
    _, _, height, width = shape_of(x)
    return context.emit(
        BackwardDataOp(
            grad,
            filters,
            (height, width),
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=groups,
        )
    )


def _weight_gradient(
    context: NodeContext,
    grad: SSAValue,
    filters: SSAValue,
    x: SSAValue,
    window: Window,
    groups: int,
) -> SSAValue:
    rows = context.emit(
        WeightGradientOp(
            x,
            grad,
            window.kernel,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=groups,
        )
    )
    return context.emit(ReshapeOp(rows, shape_of(filters)))


def _bias_gradient(context: NodeContext, grad: SSAValue) -> SSAValue:
    sums = context.emit(ChannelSumsOp([grad], build_region(1, lambda values, _: values[0])))
    return context.emit(ReshapeOp(sums, (shape_of(grad)[1],)))


@converts("threshold_backward")
def threshold_backward(context: NodeContext) -> SSAValue:
    threshold = context.number("threshold")

    def formula(b: ScalarBuilder, grad: SSAValue, x: SSAValue) -> SSAValue:
        return b.where_greater(x, b.constant(threshold), grad, b.constant(0.0))

    return _of_activation(context, formula)


@converts("hardtanh_backward")
def hardtanh_backward(context: NodeContext) -> SSAValue:
    low, high = context.number("min_val"), context.number("max_val")

    def formula(b: ScalarBuilder, grad: SSAValue, x: SSAValue) -> SSAValue:
        return _inside(b, x, low, high, grad)

    return _of_activation(context, formula)


@converts("hardsigmoid_backward")
def hardsigmoid_backward(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, grad: SSAValue, x: SSAValue) -> SSAValue:
        return _inside(b, x, -3.0, 3.0, b.mul(grad, b.constant(1 / 6)))

    return _of_activation(context, formula)


@converts("hardswish_backward")
def hardswish_backward(context: NodeContext) -> SSAValue:
    """0 up to -3, the gradient itself from 3 on, and (x / 3 + 1 / 2) of it in between."""

    def formula(b: ScalarBuilder, grad: SSAValue, x: SSAValue) -> SSAValue:
        slope = b.add(b.mul(x, b.constant(1 / 3)), b.constant(0.5))
        above = b.where_greater(x, b.constant(3.0), grad, b.mul(grad, slope))
        return b.where_greater(x, b.constant(-3.0), above, b.constant(0.0))

    return _of_activation(context, formula)


@converts("silu_backward")
def silu_backward(context: NodeContext) -> SSAValue:
    """grad * s * (1 + x * (1 - s)) with s the sigmoid of x."""

    def formula(b: ScalarBuilder, grad: SSAValue, x: SSAValue) -> SSAValue:
        s, one = activations.sigmoid(b, x), b.constant(1.0)
        return b.mul(b.mul(grad, s), b.add(one, b.mul(x, b.sub(one, s))))

    return _of_activation(context, formula)


@converts("sigmoid_backward")
def sigmoid_backward(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, grad: SSAValue, y: SSAValue) -> SSAValue:
        return b.mul(b.mul(grad, y), b.sub(b.constant(1.0), y))

    return context.elementwise([context.value("grad_output"), context.value("output")], formula)


@converts("tanh_backward")
def tanh_backward(context: NodeContext) -> SSAValue:
    def formula(b: ScalarBuilder, grad: SSAValue, y: SSAValue) -> SSAValue:
        return b.mul(grad, b.sub(b.constant(1.0), b.mul(y, y)))

    return context.elementwise([context.value("grad_output"), context.value("output")], formula)


def _inside(b: ScalarBuilder, x: SSAValue, low: float, high: float, value: SSAValue) -> SSAValue:
    """`value` where x lies between the bounds, else zero."""
    zero = b.constant(0.0)
    below = b.where_greater(b.constant(high), x, value, zero)
    return b.where_greater(x, b.constant(low), below, zero)


def _of_activation(context: NodeContext, formula: ScalarFormula) -> SSAValue:
    return context.elementwise([context.value("grad_output"), context.value("self")], formula)
