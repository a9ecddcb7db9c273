"""Divides a graph into segments for convopt and for onnxruntime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convopt.frontends.onnx.extraction import extract_model
from convopt.frontends.onnx.graph import Graph, Node
from convopt.frontends.onnx.importer import import_nodes
from convopt.model import CompiledSegment, LeftNode, OnnxSegment, Partition, Segment

CONVOLUTIONS = frozenset({"Conv", "Gemm", "MatMul"})
"""What a segment must hold to be worth compiling on its own."""

REASONS_SHOWN = 3


@dataclass(frozen=True)
class _Left:
    reason: str
    convertible: bool = False


@dataclass(frozen=True)
class _Part:
    """Nodes that run together; `inputs` and `outputs` are what passes its border."""

    nodes: tuple[Node, ...]
    compiled: bool
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def partition_graph(
    graph: Graph, failures: Mapping[Node, str]
) -> tuple[tuple[Segment, ...], Partition]:
    """Segments in execution order, and the nodes that onnxruntime runs.

    `failures` are the nodes that cannot be imported, with the reasons.
    """
    left = {node: _Left(reason) for node, reason in failures.items()}
    parts = _parts(graph, left)
    while newly_left := _newly_left(graph, parts):
        left |= newly_left
        parts = _parts(graph, left)
    return tuple(_segment(graph, part, left) for part in parts), _report(graph, left)


def _parts(graph: Graph, left: Mapping[Node, _Left]) -> list[_Part]:
    """Nodes of one kind whose longest path from the inputs changes kind equally often."""
    level: dict[Node, int] = {}
    producers: dict[str, Node] = {}
    for node in graph.nodes:
        sources = [producers[name] for name in node.reads if name in producers]
        level[node] = max(
            (level[source] + ((source in left) != (node in left)) for source in sources), default=0
        )
        producers |= dict.fromkeys(node.results, node)
    groups: dict[tuple[int, bool], list[Node]] = {}
    for node in graph.nodes:
        groups.setdefault((level[node], node not in left), []).append(node)
    return [_part(graph, groups[key], compiled=key[1]) for key in sorted(groups)]


def _part(graph: Graph, nodes: Sequence[Node], compiled: bool) -> _Part:
    made = dict.fromkeys(name for node in nodes for name in node.results)
    read = dict.fromkeys(name for node in nodes for name in node.reads)
    members = set(nodes)
    wanted = {name for node in graph.nodes if node not in members for name in node.reads}
    wanted.update(graph.outputs)
    return _Part(
        tuple(nodes),
        compiled,
        tuple(name for name in read if name not in made and name not in graph.constants),
        tuple(name for name in made if name in wanted),
    )


def _newly_left(graph: Graph, parts: Sequence[_Part]) -> dict[Node, _Left]:
    """Nodes that must join those of onnxruntime in this division."""
    found: dict[Node, _Left] = {}
    for part in parts:
        if not part.compiled:
            if any(graph.type_of(name) is None for name in part.inputs):
                # Without its type the tensor cannot pass between two sessions.
                whole = _Left("the type of a tensor before it is known only at run time", True)
                return {node: whole for each in parts if each.compiled for node in each.nodes}
            continue
        if not any(node.op_type in CONVOLUTIONS for node in part.nodes):
            alone = _Left("stands among nodes of onnxruntime, without a convolution", True)
            found |= dict.fromkeys(part.nodes, alone)
            continue
        obstacles = {name: graph.obstacle(name) for name in part.inputs}
        for node in part.nodes:
            reasons = [obstacles[name] for name in node.reads if obstacles.get(name)]
            if reasons and reasons[0] is not None:
                found[node] = _Left(reasons[0])
    return found


def _segment(graph: Graph, part: _Part, left: Mapping[Node, _Left]) -> Segment:
    if part.compiled:
        outcome = import_nodes(graph, part.nodes, part.inputs, part.outputs)
        assert outcome.module is not None, outcome.failures
        return CompiledSegment(outcome.module, part.inputs, part.outputs)
    return OnnxSegment(
        extract_model(graph, part.nodes, part.inputs, part.outputs),
        tuple(node.name for node in part.nodes),
        _summary(part, left),
        part.inputs,
        part.outputs,
    )


def _summary(part: _Part, left: Mapping[Node, _Left]) -> str:
    """Why the nodes of a part are with onnxruntime, in one line."""
    reasons = dict.fromkeys(
        f"{node.op_type}: {left[node].reason}" for node in part.nodes if not left[node].convertible
    )
    shown = list(reasons)[:REASONS_SHOWN]
    if len(reasons) > len(shown):
        shown.append(f"and {len(reasons) - len(shown)} more")
    return "; ".join(shown) or left[part.nodes[0]].reason


def _report(graph: Graph, left: Mapping[Node, _Left]) -> Partition:
    nodes = tuple(
        LeftNode(
            node.op_type,
            node.domain,
            node.opset,
            node.name,
            left[node].reason,
            left[node].convertible,
        )
        for node in graph.nodes
        if node in left
    )
    return Partition(len(graph.nodes) - len(nodes), nodes)
