"""Fully connected layers as 1x1 convolutions of a 1x1 image."""

from math import prod

from xdsl.ir import SSAValue

from convopt.frontends.building.channels_last import feature_map_of_rows
from convopt.frontends.building.function import Array, Unsupported, shape_of
from convopt.frontends.building.layers import fully_connected
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import converts

MOST_ROWS = 16
"""A matrix of more rows is no batch of pooled images: it belongs to a library for matrices."""


@converts("addmm")
def addmm(context: NodeContext) -> SSAValue:
    """bias + A @ B with constant B [K, N] and a bias of a value a column."""
    if context.number("beta") != 1.0 or context.number("alpha") != 1.0:
        raise Unsupported("expected factors alpha and beta of 1")
    weights = context.constant("mat2", "right-hand side")
    bias = context.constant("self", "addend")
    if bias.shape not in ((weights.shape[1],), (1, weights.shape[1])):
        raise Unsupported(f"expected an addend of a value a column, found {list(bias.shape)}")
    named = (context.name_of("self"), bias.reshape(-1))
    return _layer(context, "mat1", (context.name_of("mat2"), weights.T), named)


@converts("mm")
def mm(context: NodeContext) -> SSAValue:
    """A @ B with constant B [K, N]"""
    weights = context.constant("mat2", "right-hand side")
    return _layer(context, "self", (context.name_of("mat2"), weights.T), None)


@converts("linear")
def linear(context: NodeContext) -> SSAValue:
    """[..., K] with constant weights [N, K] and bias [N] to [..., N]"""
    bias = None
    if context.argument("bias") is not None:
        bias = (context.name_of("bias"), context.constant("bias", "bias"))
    weights = (context.name_of("weight"), context.constant("weight", "weights"))
    return _layer(context, "input", weights, bias)


def _layer(
    context: NodeContext, name: str, weights: tuple[str, Array], bias: tuple[str, Array] | None
) -> SSAValue:
    value = context.value(name)
    rows = prod(shape_of(value)[:-1])
    if rows > MOST_ROWS and feature_map_of_rows(value) is None:
        raise Unsupported(f"expected a matrix of at most {MOST_ROWS} rows, found {rows}")
    return fully_connected(context, value, weights, bias)
