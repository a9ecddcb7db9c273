"""From a checked ModelProto to a Graph: input shapes fixed, constants folded, types inferred."""

from collections.abc import Iterable, Mapping

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

from convopt.errors import ConvoptError
from convopt.frontends.building.function import Array
from convopt.frontends.onnx.folding import fold
from convopt.frontends.onnx.graph import (
    DEFAULT_DOMAINS,
    Graph,
    Node,
    array_type,
    static_shape,
)

SHAPE_DATA_ELEMENTS = 64
"""Constants up to this size may be shapes, axes or scales: inference is given their values."""

POOLING_OPSETS = {"AveragePool": 22, "LpPool": 22, "MaxPool": 22}
"""The first opsets whose inference leaves out a window that rounding up adds and that starts in the
padding after the input, as onnxruntime does in every opset."""


def model_inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    """The inputs that a caller gives: those without an initialiser."""
    initialised = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in initialised]


def simplify(model: onnx.ModelProto, shapes: Mapping[str, tuple[int, ...]]) -> Graph:
    """The graph of `model` with inputs of the given static shapes.

    Raises ConvoptError when shapes do not fit together inside, or an output is made nowhere.
    """
    return _Simplifier(model).run(shapes)


class _Simplifier:
    def __init__(self, model: onnx.ModelProto) -> None:
        self._model = model
        self._opsets = {
            "" if each.domain in DEFAULT_DOMAINS else each.domain: each.version
            for each in model.opset_import
        }
        self._constants: dict[str, Array] = {}
        self._types: dict[str, onnx.TypeProto] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._declared = {
            value.name: value.type for value in (*model.graph.value_info, *model.graph.output)
        }

    def run(self, shapes: Mapping[str, tuple[int, ...]]) -> Graph:
        graph = self._model.graph
        inputs = model_inputs(self._model)
        for value in inputs:
            self._set_type(value.name, _with_shape(value.type, shapes.get(value.name)))
        for tensor in graph.initializer:
            self._constants[tensor.name] = _array(tensor)
        nodes = [node for proto in graph.node for node in self._visit(proto)]
        outputs = tuple(value.name for value in graph.output)
        nodes = _needed(nodes, outputs)
        nodes.extend(self._constant_outputs(outputs))
        self._check_outputs(outputs)
        return Graph(
            graph.name,
            tuple(value.name for value in inputs),
            outputs,
            tuple(nodes),
            self._constants,
            self._types,
            self._opsets,
            self._model.ir_version,
        )

    def _set_type(self, name: str, type_proto: onnx.TypeProto) -> None:
        self._types[name] = type_proto
        shape = static_shape(type_proto)
        if shape is not None:
            self._shapes[name] = shape

    def _visit(self, proto: onnx.NodeProto) -> Iterable[Node]:
        """The node, with types for its outputs; nothing if it was folded."""
        domain = "" if proto.domain in DEFAULT_DOMAINS else proto.domain
        node = Node(proto, self._opsets.get(domain, 1))
        values = fold(node, self._constants, self._shapes)
        if values is not None:
            self._constants.update(zip(node.results, values, strict=True))
            return
        for name, type_proto in self._inferred(node).items():
            self._set_type(name, type_proto)
        yield node

    def _inferred(self, node: Node) -> dict[str, onnx.TypeProto]:
        known = {name: self._declared[name] for name in node.results if name in self._declared}
        if not onnx.defs.has(node.op_type, node.domain):
            return known
        if any(name not in self._types and name not in self._constants for name in node.reads):
            return known
        opset = POOLING_OPSETS.get(node.op_type, 1) if not node.domain else 1
        schema = onnx.defs.get_schema(node.op_type, max(node.opset, opset), node.domain)
        types = {name: self._input_type(name) for name in node.reads}
        data = {
            name: numpy_helper.from_array(self._constants[name], name)
            for name in node.reads
            if name in self._constants and self._constants[name].size <= SHAPE_DATA_ELEMENTS
        }
        opsets = [helper.make_opsetid(domain, version) for domain, version in self._opsets.items()]
        try:
            found = shape_inference.infer_node_outputs(
                schema, node.proto, types, data, opset_imports=opsets
            )
        except shape_inference.InferenceError as error:
            raise ConvoptError(
                f"node '{node.name}' ({node.op_type}): its inputs do not fit: "
                f"{_explanation(error)}; found {_found_shapes(node, types)}"
            ) from error
        return known | {name: type_proto for name, type_proto in found.items() if name}

    def _input_type(self, name: str) -> onnx.TypeProto:
        constant = self._constants.get(name)
        return self._types[name] if constant is None else array_type(constant)

    def _constant_outputs(self, outputs: tuple[str, ...]) -> Iterable[Node]:
        """Outputs of the model that turned out constant, as Constant nodes."""
        for name in dict.fromkeys(outputs):
            if name in self._constants:
                value = numpy_helper.from_array(self._constants[name])
                proto = helper.make_node("Constant", [], [name], name=name, value=value)
                yield Node(proto, self._opsets.get("", 1))

    def _check_outputs(self, outputs: tuple[str, ...]) -> None:
        made = {name for proto in self._model.graph.node for name in proto.output}
        for name in outputs:
            if name not in made and name not in self._types and name not in self._constants:
                raise ConvoptError(
                    f"expected a node that makes the model's output '{name}', found none"
                )


def _with_shape(type_proto: onnx.TypeProto, shape: tuple[int, ...] | None) -> onnx.TypeProto:
    if shape is None:
        return type_proto
    return helper.make_tensor_type_proto(type_proto.tensor_type.elem_type, shape)


def _array(tensor: onnx.TensorProto) -> Array:
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError) as error:
        raise ConvoptError(
            f"initialiser '{tensor.name}': expected data for the shape {tuple(tensor.dims)}, "
            f"found {error}"
        ) from error


def _needed(nodes: list[Node], outputs: tuple[str, ...]) -> list[Node]:
    """The nodes that the outputs depend on, in order."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.results):
            wanted.update(node.reads)
            kept.append(node)
    return kept[::-1]


def _explanation(error: Exception) -> str:
    """The last clause of onnx's message, which says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rpartition("] ")[2] if lines else type(error).__name__


def _found_shapes(node: Node, types: Mapping[str, onnx.TypeProto]) -> str:
    shapes = {name: static_shape(types[name]) for name in node.reads}
    return ", ".join(
        f"'{name}' {'of unknown shape' if shape is None else list(np.asarray(shape).tolist())}"
        for name, shape in shapes.items()
    )
