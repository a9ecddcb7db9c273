"""Batch norm with fixed statistics."""

import numpy as np
from xdsl.ir import SSAValue

from convopt.convdialect.ops.normalization import BatchNormOp, SoftmaxOp
from convopt.frontends.building.function import Unsupported, shape_of
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


@converts("_softmax", "softmax.int")
def softmax(context: NodeContext) -> SSAValue:
    return context.emit(SoftmaxOp(context.value(), context.argument("dim")))
