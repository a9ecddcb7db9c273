"""Divides a graph into sets of nodes that convopt compiles, and the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import fx

from convopt.frontends.torch.graph import (
    CONVOLUTIONS,
    Node,
    TorchGraph,
    is_view,
    operators,
)

ALONE = "stands among nodes that convopt does not compile, without a convolution"


@dataclass(frozen=True)
class NodeSet:
    """Nodes that convopt compiles to one function, in the graph's order.

    No path between two of them leads through another node. `inputs` and `outputs` are what passes
    the border; no output is a view: a view that others need stands outside, too.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


@dataclass(frozen=True)
class Division:
    """The sets, in an order in which they can run, and why each other node is in none."""

    sets: tuple[NodeSet, ...]
    left: Mapping[Node, str]


def divide(graph: fx.Graph, tensors: TorchGraph, failures: Mapping[Node, str]) -> Division:
    """Sets of nodes that can be imported, each with at least one convolution.

    `failures` are the nodes that cannot, with the reasons. Nodes that are constant are in neither:
    they are values.
    """
    nodes = [node for node in operators(graph) if not tensors.is_constant(node)]
    left = dict(failures)
    groups = _groups(nodes, left)
    while alone := _without_convolution(groups):
        left |= dict.fromkeys(alone, ALONE)
        groups = _groups(nodes, left)
    return Division(tuple(_node_set(group, tensors) for group in groups), left)


def _groups(nodes: Sequence[Node], left: Mapping[Node, str]) -> list[list[Node]]:
    """Connected nodes that are not left and whose longest path from the inputs changes between the
    two kinds equally often: no path from one to another leads through a node that is left."""
    level: dict[Node, int] = {}
    group_of: dict[Node, list[Node]] = {}
    for node in nodes:
        sources = [source for source in node.all_input_nodes if source in level]
        level[node] = max(
            (level[source] + ((source in left) != (node in left)) for source in sources), default=0
        )
        if node in left:
            continue
        merged = [node]
        for source in sources:
            if source not in left and level[source] == level[node] and source not in merged:
                merged = [*group_of[source], *merged]
        for each in merged:
            group_of[each] = merged
    order = {node: index for index, node in enumerate(nodes)}
    groups = {id(group): sorted(group, key=order.__getitem__) for group in group_of.values()}
    return sorted(groups.values(), key=lambda group: (level[group[0]], order[group[0]]))


def _without_convolution(groups: Sequence[Sequence[Node]]) -> list[Node]:
    return [
        node
        for group in groups
        if not any(str(node.target) in CONVOLUTIONS for node in group)
        for node in group
    ]


def _node_set(nodes: Sequence[Node], tensors: TorchGraph) -> NodeSet:
    members = set(nodes)
    read = (source for node in nodes for source in node.all_input_nodes)
    inputs = dict.fromkeys(
        source for source in read if source not in members and not tensors.is_constant(source)
    )
    wanted = (node for node in nodes if not members.issuperset(node.users))
    outputs = dict.fromkeys(base for node in wanted for base in _bases(node, members))
    return NodeSet(tuple(nodes), tuple(inputs), tuple(outputs))


def _bases(node: Node, members: set[Node]) -> Iterator[Node]:
    """What a node is a view of, if that is in the set; the node itself, if it is no view."""
    while is_view(node):
        node = node.all_input_nodes[0]
        if node not in members:
            return
    yield node
