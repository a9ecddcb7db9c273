"""Inference: a graph whose parameters are taken as fixed."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import fx
from torch._dynamo.backends.common import aot_autograd

from convopt.frontends.torch.graph import is_item, is_view, operators
from convopt.runtime.threads import available_cores
from convopt.torch.compiled_graph import CompiledGraph
from convopt.torch.division import DividedGraph, Settings
from convopt.torch.operator import RUN
from convopt.torch.options import Options
from convopt.torch.others import Compiled, Others, compile_by_others
from convopt.torch.report import GraphReport
from convopt.torch.rewriting import rest

NOTHING = "nothing"
OTHER_INPUTS = "expected inputs of their own memory, found views of the same, of which some change"


def compile_inference(
    module: fx.GraphModule, inputs: Sequence[torch.Tensor], options: Options
) -> tuple[Compiled | None, GraphReport]:
    """The graph with what convopt takes of it compiled; None if that is nothing.

    `inputs` are those that the graph will first be called with; parameters among them are
    constants.
    """
    step = _GraphStep()
    function = aot_autograd(fw_compiler=step.take, inference_compiler=step.take)(
        module, list(inputs)
    )
    arguments = arguments_of(module, inputs)
    fixed = [
        place
        for place in _fixed_places(module, inputs)
        if place not in step.changed and not arguments[place].is_inference()
    ]
    report = step.compile(arguments, fixed, options)
    return (function if report.taken else None), report


class _GraphStep:
    """What happens to the functional graph of ATen operators that AOT autograd makes.

    It is compiled after AOT autograd is through, which works on tensors without values; and
    inductor starts it again for the rest.
    """

    def __init__(self) -> None:
        self.changed: frozenset[int] = frozenset()
        self._module: fx.GraphModule | None = None
        self._run: CompiledGraph | None = None

    def take(self, module: fx.GraphModule, _: Sequence[Any]) -> Callable[[list[Any]], Any]:
        """The compiler that AOT autograd calls."""
        self._module = module
        self.changed = _changed_places()

        def run(arguments: list[Any]) -> Any:
            assert self._run is not None
            return self._run(arguments)

        run._boxed_call = True  # type: ignore[attr-defined]
        return run

    def compile(
        self, arguments: Sequence[torch.Tensor], fixed: Sequence[int], options: Options
    ) -> GraphReport:
        """Compiles the graph for the values that the arguments have at some places."""
        assert self._module is not None
        names = [node.target for node in self._module.graph.find_nodes(op="placeholder")]
        if len(names) != len(arguments):
            return GraphReport(notes=(OTHER_INPUTS,))
        divided = DividedGraph(
            self._module, {place: arguments[place] for place in fixed}, _settings(options)
        )
        if not divided.sets:
            return GraphReport(left=divided.left)
        module = rest(divided.module, divided.sets)
        places = [names.index(node.target) for node in module.graph.find_nodes(op="placeholder")]
        others = Others(module.forward, NOTHING)
        if _computes(module):
            others = compile_by_others(module, [arguments[place] for place in places], options.rest)
        constants = {place: arguments[place] for place in divided.used}
        self._run = CompiledGraph(others.function, places, divided, divided.functions, constants)
        return GraphReport(divided.taken, divided.left, others.who, others.notes)


def _settings(options: Options) -> Settings:
    threads = options.threads or torch.get_num_threads()
    return Settings(min(threads, available_cores()), options.cache)


def arguments_of(module: fx.GraphModule, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """What AOT autograd gives to its graph: parameters that the module holds come first."""
    held = [
        *dict(module.named_parameters(remove_duplicate=False)).values(),
        *dict(module.named_buffers(remove_duplicate=False)).values(),
    ]
    return [*held, *inputs]


def _fixed_places(module: fx.GraphModule, inputs: Sequence[torch.Tensor]) -> list[int]:
    """The places of parameters and of modules' buffers among the arguments."""
    held = len(arguments_of(module, ()))
    given = [
        isinstance(value, torch.nn.Parameter) or _is_of_module(node)
        for node, value in zip(module.graph.find_nodes(op="placeholder"), inputs, strict=True)
    ]
    return [*range(held), *(held + place for place, is_fixed in enumerate(given) if is_fixed)]


def _is_of_module(node: fx.Node) -> bool:
    """Whether Dynamo found the value as an attribute of a module; `guarded` ones are a user's own
    static memory, whose contents are new at every call."""
    return bool(node.meta.get("tensor_dict", {}).get("_dynamo_static_input_type") == "unguarded")


def _changed_places() -> frozenset[int]:
    """The places of arguments that the graph itself changes."""
    context = torch._guards.TracingContext.try_get()
    metadata = getattr(context, "fw_metadata", None)
    return frozenset(getattr(metadata, "mutated_inp_runtime_indices", ()))


def _computes(module: fx.GraphModule) -> bool:
    """Whether anything is left beside calls of sets."""
    return not all(
        node.target is RUN or is_item(node) or is_view(node) for node in operators(module.graph)
    )
