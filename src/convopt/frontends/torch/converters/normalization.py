"""Batch norm with fixed statistics, layer norm of channels, group norm, softmax."""

import numpy as np
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.convdialect.ops.pooling import GlobalPoolOp
from convopt.convdialect.regions import ScalarBuilder
from convopt.frontends.building.channels_last import feature_map_of
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.building.layers import channels_last, convolution
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts


@converts("_native_batch_norm_legit_no_training", "native_batch_norm", "batch_norm")
def batch_norm(context: NodeContext) -> SSAValue:
    if context.argument_or("training", False):
        raise Unsupported("expected batch norm with fixed statistics, found one that trains")
    value = context.value("input")
    channels = shape_of(value)[1]
    return context.emit(
        BatchNormOp(
            value,
            scale=_parameter(context, "weight", channels, 1.0),
            shift=_parameter(context, "bias", channels, 0.0),
            mean=_parameter(context, "running_mean", channels, None),
            variance=_parameter(context, "running_var", channels, None),
            epsilon=context.number("eps"),
        )
    )


def _parameter(context: NodeContext, name: str, channels: int, default: float | None) -> SSAValue:
    """A constant of a value a channel; where it is left out, `default` everywhere."""
    if context.argument(name) is not None:
        context.constant(name, name)
        return context.value(name)
    if default is None:
        raise Unsupported(f"expected {name}, found none")
    return context.named_constant(np.full(channels, default, np.float32), name)


@converts("native_layer_norm", "layer_norm")
def layer_norm(context: NodeContext) -> SSAValue:
    """Over the channels of a feature map that stands as [N, H, W, C].

    Mean and variance at each pixel are convolutions with filters of 1 / C.
    """
    value = feature_map_of(context.value("input"))
    if value is None or len(context.argument("normalized_shape")) != 1:
        raise Unsupported("expected a norm over the channels of a feature map, found another")
    channels = shape_of(value)[1]
    filters = context.named_constant(
        np.full((1, channels, 1, 1), 1 / channels, np.float32), "mean_of_channels"
    )
    mean = convolution(context, value, filters, None)
    centered = context.elementwise([value, mean], ScalarBuilder.sub)
    squares = context.elementwise([centered], lambda b, x: b.mul(x, x))
    variance = convolution(context, squares, filters, None)
    return channels_last(context, _normalized(context, centered, variance))


@converts("native_group_norm", "group_norm")
def group_norm(context: NodeContext) -> SSAValue:
    """Over groups of channels of each image: means of whole maps, then of their group by a grouped
    convolution that gives each channel its group's."""
    value = context.feature_map("input")
    channels = shape_of(value)[1]
    groups = context.argument_or("group", None) or context.argument("num_groups")
    filters = context.named_constant(
        np.full((channels, channels // groups, 1, 1), groups / channels, np.float32),
        "mean_of_groups",
    )

    def mean(values: SSAValue) -> SSAValue:
        maps = context.emit(GlobalPoolOp(values, PoolKind.AVERAGE))
        return convolution(context, maps, filters, None, groups=groups)

    centered = context.elementwise([value, mean(value)], ScalarBuilder.sub)
    squares = context.elementwise([centered], lambda b, x: b.mul(x, x))
    return _normalized(context, centered, mean(squares))


def _normalized(context: NodeContext, centered: SSAValue, variance: SSAValue) -> SSAValue:
    """centered / sqrt(variance + eps) * weight + bias, of a value a channel where they are given"""
    epsilon = context.number("eps")
    found = [("weight", ScalarBuilder.mul), ("bias", ScalarBuilder.add)]
    given = [(name, step) for name, step in found if context.argument(name) is not None]
    affine = [
        context.named_constant(
            context.constant(name, name).reshape(1, -1, 1, 1), context.name_of(name)
        )
        for name, _ in given
    ]

    def formula(b: ScalarBuilder, x: SSAValue, v: SSAValue, *parameters: SSAValue) -> SSAValue:
        result = b.div(x, b.sqrt(b.add(v, b.constant(epsilon))))
        for each, (_, step) in zip(parameters, given, strict=True):
            result = step(b, result, each)
        return result

    return context.elementwise([centered, variance, *affine], formula)


@converts("_softmax", "softmax.int")
def softmax(context: NodeContext) -> SSAValue:
    return context.emit(SoftmaxOp(context.value(), context.argument("dim")))
