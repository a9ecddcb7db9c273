"""The way of an ONNX model: read and check, fix shapes, fold constants, import, partition."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from convopt.frontends.onnx.graph import Graph, dimensions, dtype_name
from convopt.frontends.onnx.importer import import_nodes
from convopt.frontends.onnx.input_shapes import fix_inputs
from convopt.frontends.onnx.partition import partition_graph
from convopt.frontends.onnx.reading import (
    read_model,
)
from convopt.frontends.onnx.simplification import model_inputs, simplify
from convopt.model import UNKNOWN_SIZE, CompiledSegment, Model, Partition, Segment, TensorSpec


def load(
    source: str | os.PathLike[str] | bytes | onnx.ModelProto,
    shapes: Mapping[str, Sequence[int]],
) -> Model:
    """See `convopt.frontends.onnx.load_onnx`."""
    proto = read_model(source)
    fixed = fix_inputs(model_inputs(proto), shapes)
    graph = simplify(proto, fixed.shapes)
    segments, partition = _segments(graph)
    return Model(
        _name(source, graph),
        tuple(_tensor_spec(graph, name) for name in graph.inputs),
        tuple(_tensor_spec(graph, name) for name in graph.outputs),
        segments,
        partition,
        fixed.notes,
    )


def _segments(graph: Graph) -> tuple[tuple[Segment, ...], Partition]:
    # An input of another type that no node needs, or that is an output as it stands, does not
    # keep the rest from being one segment.
    inputs = tuple(name for name in graph.inputs if graph.obstacle(name) is None)
    outputs = tuple(name for name in graph.outputs if name in inputs or name not in graph.inputs)
    whole = import_nodes(graph, graph.nodes, inputs, outputs)
    if whole.module is not None:
        return (CompiledSegment(whole.module, inputs, outputs),), Partition(len(graph.nodes))
    return partition_graph(graph, whole.failures)


def _name(source: object, graph: Graph) -> str:
    if isinstance(source, str | os.PathLike):
        return Path(source).stem
    return graph.name or "model"


def _tensor_spec(graph: Graph, name: str) -> TensorSpec:
    type_proto = graph.type_of(name)
    sizes = dimensions(type_proto)
    shape = tuple(UNKNOWN_SIZE if size is None else size for size in sizes or ())
    return TensorSpec(name, shape, dtype_name(type_proto), ranked=sizes is not None)
