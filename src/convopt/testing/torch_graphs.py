"""PyTorch modules as graphs of ATen operators, and what importing these gives, beside eager."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import fx, nn
from torch._functorch.aot_autograd import aot_export_module

from convopt.convdialect import reference
from convopt.frontends.torch.graph import TorchGraph, held_tensors, operators
from convopt.frontends.torch.importer import Import, import_nodes

TOLERANCE = 1e-5


@dataclass(frozen=True)
class AtenGraph:
    """The functional graph of a module at inference; its parameters are constants."""

    graph: fx.Graph
    tensors: TorchGraph
    inputs: Sequence[fx.Node]
    outputs: Sequence[fx.Node]

    def imported(self) -> Import:
        return import_nodes(self.tensors, list(operators(self.graph)), self.inputs, self.outputs)


def aten_graph(module: nn.Module, *inputs: torch.Tensor) -> AtenGraph:
    """What AOT autograd makes of `module(*inputs)` without gradients; it may return one tensor."""

    class Flat(nn.Module):
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


def tensor(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normally distributed numbers, the same at every call."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class Function(nn.Module):
    """A function as a module; tensors among its fixed arguments are buffers."""

    def __init__(self, function: Callable[..., Any], *fixed: torch.Tensor) -> None:
        super().__init__()
        self.function = function
        self.names = [f"fixed{index}" for index in range(len(fixed))]
        for name, value in zip(self.names, fixed, strict=True):
            self.register_buffer(name, value)

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self.function(*inputs, *(getattr(self, name) for name in self.names))


def check(source: Callable[..., Any], *inputs: torch.Tensor) -> None:
    """Imports a module or a function completely, and compares what it gives with eager."""
    module = _module(source)
    with torch.no_grad():
        expected = module(*inputs)
    expected = expected if isinstance(expected, tuple) else (expected,)
    imported = aten_graph(module, *inputs).imported()
    assert imported.module is not None, dict(imported.failures)
    found = reference.run(imported.module, [each.numpy() for each in inputs])
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        assert np.linalg.norm(one - other.numpy()) <= TOLERANCE * np.linalg.norm(other.numpy())


def refused(source: Callable[..., Any], *inputs: torch.Tensor) -> dict[str, str]:
    """Why nodes of a module or a function cannot be imported, by operator."""
    found = aten_graph(_module(source), *inputs).imported()
    return {str(node.target): reason for node, reason in found.failures.items()}


def _module(source: Callable[..., Any]) -> nn.Module:
    module = source if isinstance(source, nn.Module) else Function(source)
    return module.eval()
