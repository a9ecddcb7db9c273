"""An ONNX graph with everything known about it: constants as arrays, a type for every tensor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import onnx
from onnx import helper

from convopt.frontends.building.function import Array

DEFAULT_DOMAINS = ("", "ai.onnx")


@dataclass(frozen=True, eq=False)
class Node:
    """One operation. `inputs` are as in ONNX, empty where left out; `reads` are all tensors that
    it needs, those that its subgraphs take from outside included."""

    proto: onnx.NodeProto
    opset: int

    @property
    def op_type(self) -> str:
        return self.proto.op_type

    @property
    def domain(self) -> str:
        """Empty for ONNX's own operators."""
        return "" if self.proto.domain in DEFAULT_DOMAINS else self.proto.domain

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.proto.input)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.proto.output)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        outer = sorted(_outer_names(self.proto))
        return tuple(dict.fromkeys([*(name for name in self.inputs if name), *outer]))

    @property
    def results(self) -> tuple[str, ...]:
        """The outputs that are not left out."""
        return tuple(name for name in self.outputs if name)

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        return {each.name: helper.get_attribute_value(each) for each in self.proto.attribute}

    @property
    def has_subgraph(self) -> bool:
        return any(True for _ in _subgraphs(self.proto))

    @property
    def name(self) -> str:
        """The node's name; of an unnamed one, that of its first output."""
        return self.proto.name or next(iter(self.results), self.op_type)


@dataclass(frozen=True)
class Graph:
    """A graph after shapes were fixed and constants folded.

    `nodes` are in topological order. `constants` are initialisers and what was computed from them.
    `types` has an entry for every tensor of known element type; its shape may have gaps.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    types: Mapping[str, onnx.TypeProto]
    opsets: Mapping[str, int] = field(default_factory=dict)
    ir_version: int = onnx.IR_VERSION

    def type_of(self, name: str) -> onnx.TypeProto | None:
        """The type of a tensor, constants included; None when nothing is known."""
        if name in self.constants:
            return array_type(self.constants[name])
        return self.types.get(name)

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a tensor that is not constant, if every size is known."""
        return static_shape(self.types.get(name))

    def constant(self, name: str) -> Array | None:
        """The value of a constant tensor, else None."""
        return self.constants.get(name)

    def obstacle(self, name: str) -> str | None:
        """Why a tensor cannot go into or come out of compiled code; None if it can."""
        type_proto = self.type_of(name)
        dtype = dtype_name(type_proto)
        if dtype == "unknown":
            return f"the type of '{name}' is unknown"
        if dtype != "float32":
            return f"'{name}' is {dtype}, expected float32"
        shape = static_shape(type_proto)
        if shape is None:
            return f"the shape of '{name}' is known only at run time"
        if 0 in shape:
            return f"'{name}' has no elements, its shape is {list(shape)}"
        return None


def array_type(array: Array) -> onnx.TypeProto:
    """The ONNX type of an array."""
    element = helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor_type_proto(element, array.shape)


def dtype_name(type_proto: onnx.TypeProto | None) -> str:
    """NumPy's name of a tensor's element type; `string`, or what else the value is."""
    if type_proto is None:
        return "unknown"
    if not type_proto.HasField("tensor_type"):
        return (type_proto.WhichOneof("value") or "unknown").removesuffix("_type")
    element = type_proto.tensor_type.elem_type
    if element == onnx.TensorProto.UNDEFINED:
        return "unknown"
    if element == onnx.TensorProto.STRING:
        return "string"
    return np.dtype(helper.tensor_dtype_to_np_dtype(element)).name


def dimensions(type_proto: onnx.TypeProto | None) -> tuple[int | None, ...] | None:
    """Sizes, None where unknown; None for an unknown rank or what is no tensor."""
    if type_proto is None or not type_proto.HasField("tensor_type"):
        return None
    if not type_proto.tensor_type.HasField("shape"):
        return None
    return tuple(
        each.dim_value if each.HasField("dim_value") else None
        for each in type_proto.tensor_type.shape.dim
    )


def static_shape(type_proto: onnx.TypeProto | None) -> tuple[int, ...] | None:
    """The shape if every size is known."""
    sizes = dimensions(type_proto)
    if sizes is None:
        return None
    known = tuple(size for size in sizes if size is not None)
    return known if len(known) == len(sizes) else None


def _subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g
        elif attribute.type == onnx.AttributeProto.GRAPHS:
            yield from attribute.graphs


def _outer_names(node: onnx.NodeProto) -> set[str]:
    """Tensors that a node's subgraphs use and do not define."""
    names: set[str] = set()
    for graph in _subgraphs(node):
        defined = _names(graph.input) | _names(graph.initializer)
        used = _names(graph.output)
        for inner in graph.node:
            used.update(name for name in inner.input if name)
            used |= _outer_names(inner)
            defined.update(inner.output)
        names |= used - defined
    return names


def _names(
    values: Sequence[onnx.ValueInfoProto] | Sequence[onnx.TensorProto],
) -> set[str]:
    return {value.name for value in values}
