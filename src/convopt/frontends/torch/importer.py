"""Nodes of an FX graph to a module of level 1 IR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch._ops import OpOverload
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.errors import ConvoptError
from convopt.frontends.building.function import FunctionBuilder, Unsupported
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters import CONVERTERS
from convopt.frontends.torch.graph import Node, TorchGraph, has_several_results, is_item


@dataclass(frozen=True)
class Import:
    """The outcome: a module, or the reasons why nodes could not be imported."""

    module: ModuleOp | None
    failures: Mapping[Node, str]


def import_nodes(
    graph: TorchGraph, nodes: Sequence[Node], inputs: Sequence[Node], outputs: Sequence[Node]
) -> Import:
    """A module whose function takes the tensors `inputs` and returns `outputs`.

    Both must be static float32. Every node is tried, also after one has failed: what follows it
    then works on a stand-in for its result. Constant nodes are left out: they are values.
    """
    builder = FunctionBuilder(graph, [node.name for node in inputs])
    failures: dict[Node, str] = {}
    for node in nodes:
        if graph.is_constant(node):
            continue
        try:
            if is_item(node) and node.args[0] in failures:
                raise Unsupported(f"convopt does not run '{node.args[0].name}'")
            _import_node(graph, node, builder)
        except Unsupported as error:
            failures[node] = str(error)
            builder.stand_in(node.name)
    if failures:
        return Import(None, failures)
    return Import(builder.finish([node.name for node in outputs]), failures)


def _import_node(graph: TorchGraph, node: Node, builder: FunctionBuilder) -> None:
    if is_item(node):
        builder.define(node.name, _item(node, builder))
        return
    name = str(node.target)
    converter = CONVERTERS.get(name) if isinstance(node.target, OpOverload) else None
    if converter is None:
        raise Unsupported("convopt has no such operator")
    reason = graph.obstacle(node.name)
    if reason is not None:
        raise Unsupported(reason)
    _check_results(node)
    try:
        result = converter(NodeContext(graph, node, builder))
    except (ConvoptError, VerifyException) as error:
        raise Unsupported(str(error)) from error
    builder.define(node.name, result)


def _item(node: Node, builder: FunctionBuilder) -> SSAValue:
    source, index = node.args
    if index != 0:
        raise Unsupported(f"convopt makes only the first result of '{source.name}'")
    return builder.value(source.name)


def _check_results(node: Node) -> None:
    """Converters make the first result; the others (masks, indices) must be without use."""
    if not has_several_results(node):
        return
    for user in node.users:
        if not is_item(user) or user.args[1] != 0:
            raise Unsupported(f"its further results are used, by '{user.name}'")
