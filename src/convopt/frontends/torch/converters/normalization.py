"""Batch norm with fixed statistics, layer norm of channels, softmax."""

import numpy as np
from xdsl.ir import SSAValue

from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
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
    epsilon = context.number("eps")

    def normalized(b: ScalarBuilder, x: SSAValue, v: SSAValue, *affine: SSAValue) -> SSAValue:
        result = b.div(x, b.sqrt(b.add(v, b.constant(epsilon))))
        for each, step in zip(affine, steps, strict=True):
            result = step(b, result, each)
        return result

    found = [("weight", ScalarBuilder.mul), ("bias", ScalarBuilder.add)]
    given = [(name, step) for name, step in found if context.argument(name) is not None]
    steps = [step for _, step in given]
    affine = [
        context.named_constant(
            context.constant(name, name).reshape(1, channels, 1, 1), context.name_of(name)
        )
        for name, _ in given
    ]
    result = context.elementwise([centered, variance, *affine], normalized)
    return channels_last(context, result)


@converts("_softmax", "softmax.int")
def softmax(context: NodeContext) -> SSAValue:
    return context.emit(SoftmaxOp(context.value(), context.argument("dim")))
