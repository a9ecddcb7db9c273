"""Nodes of an ONNX graph to a module of level 1 IR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from convopt.errors import ConvoptError
from convopt.frontends.building.function import FunctionBuilder, Unsupported
from convopt.frontends.onnx.context import NodeContext
from convopt.frontends.onnx.converters import CONVERTERS
from convopt.frontends.onnx.graph import Graph, Node


@dataclass(frozen=True)
class Import:
    """The outcome: a module, or the reasons why nodes could not be imported."""

    module: ModuleOp | None
    failures: Mapping[Node, str]


def import_nodes(
    graph: Graph, nodes: Sequence[Node], inputs: Sequence[str], outputs: Sequence[str]
) -> Import:
    """A module whose function takes the tensors `inputs` and returns `outputs`.

    Both must be static float32. Every node is tried, also after one has failed: what follows it
    then works on a stand-in for its result.
    """
    builder = FunctionBuilder(graph, inputs)
    failures: dict[Node, str] = {}
    for node in nodes:
        try:
            _import_node(graph, node, builder)
        except Unsupported as error:
            failures[node] = str(error)
            for name in node.results:
                builder.stand_in(name)
    return Import(None if failures else builder.finish(outputs), failures)


def _import_node(graph: Graph, node: Node, builder: FunctionBuilder) -> None:
    converter = None if node.domain else CONVERTERS.get(node.op_type)
    if converter is None:
        raise Unsupported("convopt has no such operator")
    try:
        result = converter(NodeContext(graph, node, builder))
    except (ConvoptError, VerifyException) as error:
        raise Unsupported(str(error)) from error
    _check_single_output(graph, node)
    builder.define(node.outputs[0], result)


def _check_single_output(graph: Graph, node: Node) -> None:
    """Converters make the first output; the others (masks, indices) must be without use."""
    if len(node.results) == 1:
        return
    used = {name for other in graph.nodes for name in other.reads} | set(graph.outputs)
    for name in node.outputs[1:]:
        if name in used:
            raise Unsupported(f"its further output '{name}' is used")
