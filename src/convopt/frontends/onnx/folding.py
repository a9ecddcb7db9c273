"""The value of a node whose inputs are all constant, by ONNX's own reference implementation."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convopt.frontends.onnx.graph import Array, Node

RANDOM_OPERATORS = frozenset(
    {
        "Bernoulli",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    }
)


def fold(
    node: Node, constants: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]
) -> list[Array] | None:
    """The outputs of a node, or None if they depend on more than constants.

    `shapes` has the static shapes of tensors that are not constant: Shape and Size need no more.
    """
    if node.domain or node.has_subgraph or node.op_type in RANDOM_OPERATORS:
        return None
    if node.op_type == "Constant":
        return _constant_node(node)
    if node.op_type in ("Shape", "Size") and node.inputs[0] in shapes:
        return [_measure(node, shapes[node.inputs[0]])]
    if not all(name in constants for name in node.reads):
        return None
    if node.op_type == "Identity":
        return [constants[node.inputs[0]]]
    return _evaluate(node, [constants[name] for name in node.reads])


def _constant_node(node: Node) -> list[Array] | None:
    attribute = next(iter(node.proto.attribute))
    value = helper.get_attribute_value(attribute)
    match attribute.name:
        case "value":
            return [numpy_helper.to_array(value)]
        case "value_float" | "value_floats":
            return [np.asarray(value, dtype=np.float32)]
        case "value_int" | "value_ints":
            return [np.asarray(value, dtype=np.int64)]
        case _:
            return None


def _measure(node: Node, shape: tuple[int, ...]) -> Array:
    if node.op_type == "Size":
        return np.asarray(np.prod(shape, dtype=np.int64))
    start, end = node.attributes.get("start", 0), node.attributes.get("end")
    return np.asarray(shape[start:end], dtype=np.int64)


def _evaluate(node: Node, inputs: Sequence[Array]) -> list[Array] | None:
    from onnx.reference import ReferenceEvaluator

    # Only names are declared: the evaluator looks at the arrays.
    graph = onnx.GraphProto(name="folded", node=[node.proto])
    graph.input.extend(onnx.ValueInfoProto(name=name) for name in node.reads)
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.results)
    feeds = dict(zip(node.reads, inputs, strict=True))
    try:
        with np.errstate(all="ignore"):
            values = ReferenceEvaluator(graph, opsets={"": node.opset}).run(None, feeds)
    except Exception:
        # What the reference cannot do is no mistake of the model: the node stays as it is.
        return None
    if any(not isinstance(value, np.ndarray | np.generic) for value in values):
        return None
    return [np.asarray(value) for value in values]
