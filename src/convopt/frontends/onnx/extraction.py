"""Cuts some nodes out of a graph, as an ONNX model of their own."""

from collections.abc import Sequence

import onnx
from onnx import helper, numpy_helper

from convopt.frontends.onnx.graph import Graph, Node


def extract_model(
    graph: Graph, nodes: Sequence[Node], inputs: Sequence[str], outputs: Sequence[str]
) -> bytes:
    """A serialised model of `nodes`, with the constants they need as initialisers."""
    constants = dict.fromkeys(
        name for node in nodes for name in node.reads if name in graph.constants
    )
    proto = helper.make_graph(
        [node.proto for node in nodes],
        graph.name or "extracted",
        [onnx.ValueInfoProto(name=name, type=graph.type_of(name)) for name in inputs],
        [onnx.ValueInfoProto(name=name, type=graph.type_of(name)) for name in outputs],
        [numpy_helper.from_array(graph.constants[name], name) for name in constants],
    )
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid(*each) for each in graph.opsets.items()],
        # Older models had to declare initialisers as inputs.
        ir_version=max(graph.ir_version, 4),
    )
    return bytes(model.SerializeToString())
