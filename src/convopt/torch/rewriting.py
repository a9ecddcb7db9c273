"""Graphs made of parts of a graph: a set of nodes alone, and the rest around calls of the sets."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from math import prod

from torch import fx

from convopt.convdialect.layouts import blocked as blocked_type
from convopt.convdialect.layouts import float_tensor, physical_shape
from convopt.frontends.building.function import NONE_BLOCKED
from convopt.frontends.torch.graph import Node, TorchGraph, tensor_of
from convopt.frontends.torch.partition import NodeSet
from convopt.torch.operator import RUN
from convopt.torch.results import ResultSpec, text_of


def result_specs(
    nodes: Sequence[Node], blocked: Mapping[str, int] = NONE_BLOCKED
) -> list[ResultSpec]:
    """Shapes and strides; of `blocked` tensors as they lie in blocks of so many channels."""
    return [_result_spec(node, blocked.get(node.name, 1)) for node in nodes]


def _result_spec(node: Node, lanes: int) -> ResultSpec:
    value = tensor_of(node)
    assert value is not None
    if lanes == 1:
        return ResultSpec(tuple(value.shape), tuple(value.stride()))
    shape = physical_shape(blocked_type(float_tensor(value.shape), lanes))
    return ResultSpec(shape, tuple(prod(shape[axis + 1 :]) for axis in range(len(shape))))


def used_constants(nodes: NodeSet, graph: TorchGraph) -> list[Node]:
    """The placeholders of constants that a set needs, each once."""
    found: dict[Node, None] = {}
    waiting = [source for node in nodes.nodes for source in node.all_input_nodes]
    seen = set(nodes.nodes)
    while waiting:
        node = waiting.pop()
        if node in seen or not graph.is_constant(node):
            continue
        seen.add(node)
        waiting.extend(node.all_input_nodes)
        if node.op == "placeholder":
            found[node] = None
    return list(found)


def alone(
    module: fx.GraphModule, nodes: NodeSet, constants: Sequence[Node], graph: TorchGraph
) -> fx.GraphModule:
    """The set as a module: inputs, then constants, to a list of its outputs."""
    made = fx.Graph()
    copies: dict[Node, Node] = {}
    for node in (*nodes.inputs, *constants):
        copies[node] = made.placeholder(node.name)
    members = set(nodes.nodes)
    for node in module.graph.nodes:
        is_wanted = node in members or (node.op != "placeholder" and graph.is_constant(node))
        if is_wanted and all(source in copies for source in node.all_input_nodes):
            copies[node] = made.node_copy(node, copies.__getitem__)
    made.output([copies[node] for node in nodes.outputs])
    made.eliminate_dead_code()
    return fx.GraphModule(module, made)


def rest(
    module: fx.GraphModule, sets: Sequence[NodeSet], blocked: Mapping[str, int] = NONE_BLOCKED
) -> fx.GraphModule:
    """The module with each set as one call of `convopt::run`; unused placeholders are left out.

    `blocked` tensors pass the sets' borders in blocks of so many channels.
    """
    made = _Rest(sets, blocked).build(module.graph)
    made.eliminate_dead_code()
    for node in list(made.find_nodes(op="placeholder")):
        if not node.users:
            made.erase_node(node)
    return fx.GraphModule(module, made)


class _Rest:
    """Copies nodes in their order; sets, and what these need, as soon as one of their outputs is
    needed."""

    def __init__(self, sets: Sequence[NodeSet], blocked: Mapping[str, int]) -> None:
        self._sets = sets
        self._blocked = blocked
        self._made = fx.Graph()
        self._copies: dict[Node, Node] = {}
        self._set_of = {node: number for number, each in enumerate(sets) for node in each.nodes}

    def build(self, graph: fx.Graph) -> fx.Graph:
        for node in graph.nodes:
            if node not in self._set_of:
                self._make(node)
        return self._made

    def _make(self, wanted: Node) -> None:
        """Copies a node after everything that it needs."""
        waiting = [wanted]
        while waiting:
            node = waiting[-1]
            if node in self._copies:
                waiting.pop()
                continue
            missing = [each for each in self._needs(node) if each not in self._copies]
            if missing:
                waiting.extend(reversed(missing))
                continue
            waiting.pop()
            self._copy(node)

    def _needs(self, node: Node) -> Iterable[Node]:
        nodes = self._called_for(node)
        return node.all_input_nodes if nodes is None else nodes.inputs

    def _called_for(self, node: Node) -> NodeSet | None:
        """The set whose output a node is; None for a node that is copied."""
        if node not in self._set_of:
            return None
        nodes = self._sets[self._set_of[node]]
        return nodes if node in nodes.outputs else None

    def _copy(self, node: Node) -> None:
        nodes = self._called_for(node)
        if nodes is None:
            self._copies[node] = self._made.node_copy(node, self._copies.__getitem__)
            return
        inputs = [self._copies[each] for each in nodes.inputs]
        results = text_of(result_specs(nodes.outputs, self._blocked))
        call = self._made.call_function(RUN, (inputs, self._set_of[node], results))
        for index, output in enumerate(nodes.outputs):
            item = self._made.call_function(operator.getitem, (call, index))
            self._copies[output] = item
