"""Nodes of an FX graph to a module of level 1 IR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch._ops import OpOverload
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from convopt.errors import ConvoptError
from convopt.frontends.building.function import NONE_BLOCKED, FunctionBuilder, Unsupported
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters import CONVERTERS
from convopt.frontends.torch.converters.table import Results
from convopt.frontends.torch.graph import Node, TorchGraph, has_several_results, is_item


@dataclass(frozen=True)
class Import:
    """The outcome: a module, or the reasons why nodes could not be imported."""

    module: ModuleOp | None
    failures: Mapping[Node, str]
    parameters: tuple[str, ...] = ()
    """The inputs that are parameters of the module, by number."""


def import_nodes(
    graph: TorchGraph,
    nodes: Sequence[Node],
    inputs: Sequence[Node],
    outputs: Sequence[Node],
    blocked: Mapping[str, int] = NONE_BLOCKED,
) -> Import:
    """A module whose function takes the tensors `inputs` and returns `outputs`.

    Both must be static float32. Every node is tried, also after one has failed: what follows it
    then works on a stand-in for its result. Constant nodes are left out: they are values. `blocked`
    inputs and outputs are in blocks of so many channels.
    """
    builder = FunctionBuilder(graph, [node.name for node in inputs], blocked)
    results: dict[Node, Results] = {}
    failures: dict[Node, str] = {}
    for node in nodes:
        if graph.is_constant(node):
            continue
        try:
            if is_item(node) and node.args[0] in failures:
                raise Unsupported(f"convopt does not run '{node.args[0].name}'")
            _import_node(graph, node, builder, results)
        except Unsupported as error:
            failures[node] = str(error)
            builder.stand_in(node.name)
    if failures:
        return Import(None, failures)
    module = builder.finish([node.name for node in outputs])
    return Import(module, failures, builder.parameters)


def _import_node(
    graph: TorchGraph, node: Node, builder: FunctionBuilder, results: dict[Node, Results]
) -> None:
    if is_item(node):
        source, index = node.args
        value = results[source][index] if source in results else builder.value(source.name)
        assert value is not None
        builder.define(node.name, value)
        return
    name = str(node.target)
    converter = CONVERTERS.get(name) if isinstance(node.target, OpOverload) else None
    if converter is None:
        raise Unsupported("convopt has no such operator")
    reason = None if has_several_results(node) else graph.obstacle(node.name)
    if reason is not None:
        raise Unsupported(reason)
    try:
        found = converter(NodeContext(graph, node, builder))
    except (ConvoptError, VerifyException) as error:
        raise Unsupported(str(error)) from error
    made = found if isinstance(found, tuple) else (found,)
    if has_several_results(node):
        _check_results(graph, node, made)
        results[node] = made
    else:
        assert made[0] is not None
        builder.define(node.name, made[0])


def _check_results(graph: TorchGraph, node: Node, made: Results) -> None:
    """What is used has to be there: some converters make the first result only, without masks."""
    for user in node.users:
        if not is_item(user):
            raise Unsupported(f"all of its results are used, by '{user.name}'")
        index = user.args[1]
        if index >= len(made) or made[index] is None:
            raise Unsupported(f"its further results are used, by '{user.name}'")
        reason = graph.obstacle(user.name)
        if reason is not None:
            raise Unsupported(reason)
