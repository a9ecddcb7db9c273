"""Fully connected layers, Gemm and MatMul, as 1x1 convolutions of a 1x1 image."""

import numpy as np
from xdsl.ir import SSAValue

from convopt.frontends.building.function import Array, Unsupported
from convopt.frontends.building.layers import fully_connected
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters.table import converts


@converts("Gemm")
def gemm(context: NodeContext) -> SSAValue:
    """alpha * A @ B + beta * C, constant B [K, N] (transB: [N, K]) and C (a value a column)."""
    if context.attribute("transA", 0):
        raise Unsupported("expected transA = 0, found 1")
    weights = context.constant(1, "right-hand side")
    outputs_first = weights if context.attribute("transB", 0) else weights.T
    bias = None
    if context.has(2):
        bias = _column_bias(context.constant(2, "addend"), outputs_first.shape[0])
        bias = _scaled(bias, context.attribute("beta", 1.0))
    weights = _scaled(outputs_first, context.attribute("alpha", 1.0))
    return _fully_connected(context, weights, bias)


@converts("MatMul")
def mat_mul(context: NodeContext) -> SSAValue:
    """A [..., K] @ B with constant B [K, N]: all but the last axis of A are a batch."""
    weights = context.constant(1, "right-hand side")
    if weights.ndim != 2:
        raise Unsupported(f"expected a right-hand side of rank 2, found {weights.ndim}")
    return _fully_connected(context, weights.T, None)


def _scaled(array: Array, factor: float) -> Array:
    return array if factor == 1.0 else array * np.float32(factor)


def _column_bias(array: Array, columns: int) -> Array:
    """The addend of Gemm as one value a column; Unsupported if rows differ."""
    if array.size == 1:
        return np.full(columns, array.reshape(()), array.dtype)
    if array.shape not in ((columns,), (1, columns)):
        raise Unsupported(f"expected an addend of a value a column, found {list(array.shape)}")
    return array.reshape(columns)


def _fully_connected(context: NodeContext, weights: Array, bias: Array | None) -> SSAValue:
    """[..., K] with weights [N, K] to [..., N]"""
    names = context.node.inputs
    addend = None if bias is None else (names[2], bias)
    return fully_connected(context, context.value(), (names[1], weights), addend)
