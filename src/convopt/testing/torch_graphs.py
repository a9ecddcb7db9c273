"""PyTorch modules as graphs of ATen operators, and what importing these gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx
from torch._functorch.aot_autograd import aot_export_module

from convopt.convdialect import reference
from convopt.frontends.building.function import Array
from convopt.frontends.torch.graph import TorchGraph, held_tensors, operators
from convopt.frontends.torch.importer import Import, import_nodes


@dataclass(frozen=True)
class AtenGraph:
    """The functional graph of a module at inference; its parameters are constants."""

    graph: fx.Graph
    tensors: TorchGraph
    inputs: Sequence[fx.Node]
    outputs: Sequence[fx.Node]

    def imported(self) -> Import:
        return import_nodes(self.tensors, list(operators(self.graph)), self.inputs, self.outputs)


def aten_graph(module: torch.nn.Module, *inputs: torch.Tensor) -> AtenGraph:
    """What AOT autograd makes of `module(*inputs)` without gradients; it may return one tensor."""

    class Flat(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *arguments: torch.Tensor) -> tuple[Any, ...]:
            found = self.module(*arguments)
            return found if isinstance(found, tuple) else (found,)

    flat = Flat()
    with torch.no_grad():
        made, _ = aot_export_module(flat, inputs, trace_joint=False)
    held = [*flat.parameters(), *flat.buffers()]
    placeholders = made.graph.find_nodes(op="placeholder")
    names = [node.name for node in placeholders]
    constants = {**held_tensors(made), **dict(zip(names, held, strict=False))}
    tensors = TorchGraph(made.graph, constants)
    (outputs,) = made.graph.output_node().args
    return AtenGraph(made.graph, tensors, placeholders[len(held) :], outputs)


def run_imported(module: torch.nn.Module, *inputs: torch.Tensor) -> list[Array]:
    """The results of the imported module in the reference interpreter, which must be complete."""
    found = aten_graph(module, *inputs).imported()
    assert found.module is not None, dict(found.failures)
    return [*reference.run(found.module, [each.numpy() for each in inputs])]


def refusals(module: torch.nn.Module, *inputs: torch.Tensor) -> dict[str, str]:
    """Why nodes cannot be imported, by operator."""
    found = aten_graph(module, *inputs).imported()
    return {str(node.target): reason for node, reason in found.failures.items()}
