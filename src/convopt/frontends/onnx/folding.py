"""The value of a node whose inputs are all constant, as onnxruntime computes it."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from convopt.frontends.building.function import Array
from convopt.frontends.onnx.graph import Node, array_type

FOLDING_IR_VERSION = 8
"""One that every onnxruntime reads."""

SILENT = 4
"""onnxruntime's severity above errors: what it cannot fold is not worth a message."""

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
    import onnxruntime

    graph = onnx.GraphProto(name="folded", node=[node.proto])
    for name, array in zip(node.reads, inputs, strict=True):
        graph.input.append(onnx.ValueInfoProto(name=name, type=array_type(array)))
    graph.output.extend(onnx.ValueInfoProto(name=name) for name in node.results)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", node.opset)], ir_version=FOLDING_IR_VERSION
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = SILENT
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        values = session.run(None, dict(zip(node.reads, inputs, strict=True)))
    except Exception:
        # What onnxruntime cannot do here is no mistake yet: the node stays as it is.
        return None
    if not all(isinstance(value, np.ndarray) for value in values):
        return None
    return list(values)
