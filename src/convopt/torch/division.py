"""The sets of a graph that convopt compiles, made into functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import fx

from convopt.backends.targets.host import host_target
from convopt.errors import ConvoptError
from convopt.frontends.torch.graph import (
    CONVOLUTIONS,
    Node,
    TorchGraph,
    held_tensors,
    is_item,
    location,
    macs,
    operators,
)
from convopt.frontends.torch.importer import import_nodes
from convopt.frontends.torch.partition import NodeSet, divide
from convopt.torch.building import build_segment, set_model
from convopt.torch.compiled_graph import Constants
from convopt.torch.operator import Function
from convopt.torch.report import LeftNode, TakenSet
from convopt.torch.rewriting import alone, result_specs, used_constants
from convopt.torch.running import CompiledFunction, EagerFunction


@dataclass(frozen=True)
class Settings:
    """How sets are compiled."""

    threads: int
    cache: bool


class DividedGraph:
    """A graph whose sets are compiled for the values of some arguments, by their place.

    Sets that cannot be compiled are left; `functions` are the others for these values. The graph
    is not changed.
    """

    def __init__(self, module: fx.GraphModule, constants: Constants, settings: Settings) -> None:
        self.module = module
        self.settings = settings
        self._placeholders = module.graph.find_nodes(op="placeholder")
        self._alone: list[tuple[fx.GraphModule, list[int]]] | None = None
        graph = self._with(constants)
        candidates = [
            node
            for node in self._placeholders
            if not graph.is_constant(node) and graph.obstacle(node.name) is None
        ]
        nodes = list(operators(module.graph))
        division = divide(module.graph, graph, import_nodes(graph, nodes, candidates, []).failures)
        reasons = dict(division.left)
        self.sets: list[NodeSet] = []
        self.functions: list[Function] = []
        for each in division.sets:
            try:
                self.functions.append(self._compiled(each, graph))
                self.sets.append(each)
            except ConvoptError as error:
                reasons |= dict.fromkeys(each.nodes, str(error))
        self.taken = tuple(taken_set(each) for each in self.sets)
        self.left = left_nodes(module.graph, reasons)
        self.used = self._used_places(graph)

    def compiled(self, constants: Constants) -> Sequence[Function]:
        """The sets as machine code for other values; raises ConvoptError."""
        graph = self._with(constants)
        return [self._compiled(each, graph) for each in self.sets]

    def eager(self, constants: Constants) -> Sequence[Function]:
        """The sets as PyTorch's operators one by one."""
        if self._alone is None:
            graph = self._with(constants)
            self._alone = [self._set_alone(each, graph) for each in self.sets]
        return [
            EagerFunction(
                module, [constants[place] for place in places], result_specs(each.outputs)
            )
            for each, (module, places) in zip(self.sets, self._alone, strict=True)
        ]

    def _set_alone(self, nodes: NodeSet, graph: TorchGraph) -> tuple[fx.GraphModule, list[int]]:
        """A set as a module, which takes its inputs and the constants at these places."""
        needed = used_constants(nodes, graph)
        places = [self._placeholders.index(node) for node in needed]
        return alone(self.module, nodes, needed, graph), places

    def _with(self, constants: Constants) -> TorchGraph:
        named = {self._placeholders[place].name: value for place, value in constants.items()}
        return TorchGraph(self.module.graph, {**held_tensors(self.module), **named})

    def _compiled(self, nodes: NodeSet, graph: TorchGraph) -> Function:
        model, _ = set_model(nodes, graph)
        segment = build_segment(model, cache=self.settings.cache)
        return CompiledFunction(
            segment, host_target(), self.settings.threads, result_specs(nodes.outputs)
        )

    def _used_places(self, graph: TorchGraph) -> tuple[int, ...]:
        """The places of the constants that sets need."""
        used = {node for each in self.sets for node in used_constants(each, graph)}
        return tuple(place for place, node in enumerate(self._placeholders) if node in used)


def taken_set(nodes: NodeSet) -> TakenSet:
    """What a report says of a set."""
    convolutions = [node for node in nodes.nodes if str(node.target) in CONVOLUTIONS]
    return TakenSet(
        tuple(location(node) for node in nodes.nodes if not is_item(node)),
        tuple(map(location, convolutions)),
        sum(map(macs, nodes.nodes)),
    )


def left_nodes(graph: fx.Graph, reasons: Mapping[Node, str]) -> tuple[LeftNode, ...]:
    """What a report says of the nodes that are left, for which there are reasons."""
    return tuple(
        LeftNode(location(node), str(node.target), reasons[node], macs(node))
        for node in operators(graph)
        if node in reasons and not is_item(node)
    )
