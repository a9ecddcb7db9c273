"""Training: the forward and the backward graph of a step, each with what convopt takes of it.

Filters are parameters of the compiled code, packed before every call. What the forward graph keeps
for the backward graph, and nobody else reads, stays in channel blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx
from torch._dynamo.backends.common import aot_autograd

from convopt.backends.targets.host import host_target
from convopt.errors import ConvoptError
from convopt.frontends.torch.graph import Node, TorchGraph, operators, tensor_of
from convopt.frontends.torch.importer import import_nodes
from convopt.frontends.torch.partition import NodeSet, divide
from convopt.runtime.threads import available_cores
from convopt.torch.building import build_segment, set_model
from convopt.torch.division import left_nodes, taken_set
from convopt.torch.inference import OTHER_INPUTS, arguments_of, compile_inference
from convopt.torch.joint_graph import partition, saved_tensors
from convopt.torch.operator import Function, call_with
from convopt.torch.options import Options
from convopt.torch.others import Compiled, Others, compile_by_others
from convopt.torch.report import GraphReport, LeftNode
from convopt.torch.rewriting import rest, result_specs
from convopt.torch.running import CompiledFunction


def compile_training(
    module: fx.GraphModule, inputs: Sequence[torch.Tensor], options: Options
) -> tuple[Compiled | None, GraphReport]:
    """The graph with what convopt takes of both directions compiled; None if that is nothing."""
    forward, backward = _Direction(), _Direction()

    def parts(joint: fx.GraphModule, *rest: Any, **options: Any) -> tuple[Any, Any]:
        forward.module, backward.module = partition(joint, *rest, **options)
        return forward.module, backward.module

    function = aot_autograd(
        fw_compiler=forward.take, bw_compiler=backward.take, partition_fn=parts
    )(module, list(inputs))
    if forward.module is None or backward.module is None:
        return compile_inference(module, inputs, options)  # no result wants gradients
    arguments = arguments_of(module, inputs)
    names = [node.name for node in forward.module.graph.find_nodes(op="placeholder")]
    if len(names) != len(arguments):
        return None, GraphReport(notes=(OTHER_INPUTS,))
    parameters = {
        name
        for name, value in zip(names, arguments, strict=True)
        if isinstance(value, torch.nn.Parameter)
    }
    with torch.no_grad():
        for direction in (forward, backward):
            direction.divide(parameters)
        blocked = _compile_sets(forward, backward, options)
        left = (*forward.left, *backward.left)
        if not forward.sets and not backward.sets:
            return None, GraphReport(left=left)
        rests = [direction.link(blocked, options) for direction in (forward, backward)]
    taken = tuple(taken_set(nodes) for nodes in (*forward.sets, *backward.sets))
    notes = dict.fromkeys(note for others in rests for note in others.notes)
    return function, GraphReport(taken, left, rests[0].who, tuple(notes))


@dataclass
class _Direction:
    """One of the two graphs, from AOT autograd's hands to a function.

    Both are compiled together, once AOT autograd is through with the forward graph; it comes with
    the backward graph when it is first needed.
    """

    module: fx.GraphModule | None = None
    sets: list[NodeSet] = field(default_factory=list)
    _graph: TorchGraph | None = None
    _reasons: dict[Node, str] = field(default_factory=dict)
    _functions: dict[tuple[NodeSet, frozenset[str]], Function] = field(default_factory=dict)
    _run: Callable[[list[Any]], Any] | None = None

    def take(self, module: fx.GraphModule, _: Sequence[Any]) -> Callable[[list[Any]], Any]:
        """The compiler that AOT autograd calls; the work is done later."""

        def run(arguments: list[Any]) -> Any:
            assert self._run is not None
            return self._run(arguments)

        run._boxed_call = True  # type: ignore[attr-defined]
        return run

    @property
    def left(self) -> tuple[LeftNode, ...]:
        """The nodes in no set, once these are compiled."""
        assert self.module is not None
        return left_nodes(self.module.graph, self._reasons)

    def divide(self, parameters: set[str]) -> None:
        """Decides what convopt takes."""
        assert self.module is not None
        graph = self.module.graph
        self._graph = TorchGraph(graph, {}, parameters)
        candidates = [
            node
            for node in graph.find_nodes(op="placeholder")
            if self._graph.obstacle(node.name) is None
        ]
        nodes = list(operators(graph))
        failures = import_nodes(self._graph, nodes, candidates, []).failures
        division = divide(graph, self._graph, failures)
        self.sets = list(division.sets)
        self._reasons = dict(division.left)

    def compile_sets(self, blocked: Mapping[str, int], options: Options) -> bool:
        """Compiles the sets, whose borders `blocked` tensors pass in blocks of so many channels.

        Sets that cannot be compiled are left; whether there were none.
        """
        before = self.sets
        self.sets = []
        for nodes in before:
            try:
                self._compile(nodes, blocked, options)
                self.sets.append(nodes)
            except ConvoptError as error:
                self._reasons |= dict.fromkeys(nodes.nodes, str(error))
        return len(self.sets) == len(before)

    def _compile(self, nodes: NodeSet, blocked: Mapping[str, int], options: Options) -> None:
        key = _key(nodes, blocked)
        if key in self._functions:
            return
        assert self._graph is not None
        model, parameters = set_model(nodes, self._graph, blocked)
        segment = build_segment(model, cache=options.cache)
        names = [node.name for node in nodes.inputs]
        self._functions[key] = CompiledFunction(
            segment,
            host_target(),
            min(options.threads or torch.get_num_threads(), available_cores()),
            result_specs(nodes.outputs, blocked),
            parameters=[names.index(name) for name in parameters],
        )

    def link(self, blocked: Mapping[str, int], options: Options) -> Others:
        """Makes the function, of the compiled sets and of the rest by others, which it returns.

        Raises ConvoptError if something else than tensors passes between the directions.
        """
        assert self.module is not None
        functions = [self._functions[_key(nodes, blocked)] for nodes in self.sets]
        self._functions.clear()
        module = rest(self.module, self.sets, blocked)
        names = [node.name for node in self.module.graph.find_nodes(op="placeholder")]
        placeholders = module.graph.find_nodes(op="placeholder")
        places = [names.index(node.name) for node in placeholders]
        others = compile_by_others(
            module, [_example(node, blocked) for node in placeholders], options.rest
        )

        def run(arguments: list[Any]) -> Any:
            wanted = [arguments[place] for place in places]
            arguments.clear()
            return call_with(functions, others.function, wanted)

        self._run = run
        return others


def _key(nodes: NodeSet, blocked: Mapping[str, int]) -> tuple[NodeSet, frozenset[str]]:
    """A set together with those tensors at its border that are in blocks."""
    names = {node.name for node in (*nodes.inputs, *nodes.outputs)}
    return nodes, frozenset(names & blocked.keys())


def _compile_sets(forward: _Direction, backward: _Direction, options: Options) -> Mapping[str, int]:
    """Compiles the sets of both directions; tensors that pass their borders in blocks.

    After a set that cannot be compiled, others keep less in blocks, for which they are compiled
    anew.
    """
    while True:
        blocked = dict.fromkeys(_kept_in_blocks(forward, backward), host_target().lanes)
        complete = [each.compile_sets(blocked, options) for each in (forward, backward)]
        if all(complete):
            return blocked


def _kept_in_blocks(forward: _Direction, backward: _Direction) -> list[str]:
    """Saved tensors that a set makes, and that sets alone read; both graphs name them so."""
    assert forward.module is not None
    assert backward.module is not None
    if torch._dynamo.config.compiled_autograd:
        return []  # it runs the backward graph as AOT autograd made it, of tensors of its shapes
    made = {node for each in forward.sets for node in each.outputs}
    makers = {node for each in forward.sets for node in each.nodes}
    readers = {node for each in backward.sets for node in each.nodes}
    found = []
    for node, placeholder in saved_tensors(forward.module.graph, backward.module.graph).items():
        value = tensor_of(node)
        others = [user for user in node.users if user.op != "output"]
        if (
            node in made
            and value is not None
            and value.dim() == 4
            and makers.issuperset(others)
            and readers.issuperset(placeholder.users)
        ):
            found.append(node.name)
    return found


def _example(node: Node, blocked: Mapping[str, int]) -> Any:
    """A fake tensor such as the graph will be called with; of a real one the shape would be taken
    as dynamic."""
    value = tensor_of(node)
    if value is None:
        raise ConvoptError(f"expected tensors between forward and backward, found '{node.name}'")
    (spec,) = result_specs([node], blocked)
    return value.new_empty_strided(spec.shape, spec.strides)
