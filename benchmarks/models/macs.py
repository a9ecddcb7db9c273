"""How much arithmetic a model needs at least."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto

COUNTED = ("Conv", "Gemm", "MatMul")


def count_macs(model: "ModelProto") -> int | None:
    """Multiply-adds of convolutions and matrix products, those with padding included.

    None where the shape of a factor or of a product is not known without running the model.
    """
    from onnx import shape_inference

    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = {constant.name: tuple(constant.dims) for constant in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            shapes[node.output[0]] = tuple(node.attribute[0].t.dims)
    for value in (*graph.input, *graph.value_info, *graph.output):
        tensor = value.type.tensor_type
        if tensor.HasField("shape") and all(one.HasField("dim_value") for one in tensor.shape.dim):
            shapes[value.name] = tuple(size.dim_value for size in tensor.shape.dim)
    total = 0
    for node in graph.node:
        if node.op_type not in COUNTED:
            continue
        names = (node.input[0], node.input[1], node.output[0])
        if not all(name in shapes for name in names):
            return None
        left, right, result = (shapes[name] for name in names)
        is_transposed = any(one.name == "transA" and one.i for one in node.attribute)
        total += math.prod(result) * _terms(node.op_type, left, right, is_transposed)
    return total


def _terms(
    operator: str, left: tuple[int, ...], right: tuple[int, ...], is_transposed: bool
) -> int:
    """Products that are added for one element of the result."""
    if operator == "Conv":
        return math.prod(right[1:])
    return left[-2] if is_transposed else left[-1]
