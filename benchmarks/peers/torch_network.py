"""A torch module from an ONNX model, over the few kinds of nodes that the networks are made of."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from convopt.benchmarks.peers.onnx_graph import (
    Graph,
    Step,
    clip_range,
    read_graph,
    reduced_axes,
    window_padding,
)
from convopt.benchmarks.peers.peer import UnsupportedError


class Network(nn.Module):
    """The steps of a graph, each a module; inputs and outputs NCHW in meaning."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_layer(graph, step) for step in graph.steps)
        used = [[n for n in s.inputs if n and n not in graph.constants] for s in graph.steps]
        self._wiring = [(used[i], step.output) for i, step in enumerate(graph.steps)]
        self._inputs, self._outputs = list(graph.inputs), graph.outputs
        self._last_uses = _last_uses(used, graph.outputs)

    def forward(self, *arguments: Any) -> list[Any]:
        values = dict(zip(self._inputs, arguments, strict=True))
        for layer, (names, output), dead in zip(
            self.layers, self._wiring, self._last_uses, strict=True
        ):
            values[output] = layer(*(values[name] for name in names))
            for name in dead:
                del values[name]
        return [values[name] for name in self._outputs]


class _Function(nn.Module):
    """A step without parameters."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._function = function

    def forward(self, *arguments: Any) -> Any:
        return self._function(*arguments)


def torch_network(content: bytes) -> nn.Module:
    """The module of a model's bytes, for inference. Raises UnsupportedError for other nodes."""
    return Network(read_graph(content)).eval()


def _last_uses(used: Sequence[Sequence[str]], outputs: Sequence[str]) -> list[list[str]]:
    """The names that nobody needs after each step, so that their memory can be used again."""
    last = {name: i for i, names in enumerate(used) for name in names}
    dead: list[list[str]] = [[] for _ in used]
    for name, i in last.items():
        if name not in outputs:
            dead[i].append(name)
    return dead


def _layer(graph: Graph, step: Step) -> nn.Module:
    if step.kind not in _LAYERS:
        raise UnsupportedError(f"no torch module for ONNX's {step.kind}")
    return _LAYERS[step.kind](graph, step)


def _tensor(array: Any) -> Any:
    return torch.from_numpy(np.array(array))


def _convolution(graph: Graph, step: Step) -> nn.Module:
    weights, bias = graph.constant(step, 1), graph.constant(step, 2)
    assert weights is not None
    top, left, bottom, right = window_padding(step)
    symmetric = (top, left) == (bottom, right)
    groups = step.attributes.get("group", 1)
    module = nn.Conv2d(
        weights.shape[1] * groups,
        weights.shape[0],
        weights.shape[2:],
        stride=tuple(step.attributes.get("strides", (1, 1))),
        padding=(top, left) if symmetric else 0,
        dilation=tuple(step.attributes.get("dilations", (1, 1))),
        groups=groups,
        bias=bias is not None,
    )
    module.weight.data = _tensor(weights)
    if bias is not None:
        module.bias.data = _tensor(bias)
    return module if symmetric else nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), module)


def _gemm(graph: Graph, step: Step) -> nn.Module:
    weights, bias = graph.constant(step, 1), graph.constant(step, 2)
    assert weights is not None
    scales = (step.attributes.get("alpha", 1.0), step.attributes.get("beta", 1.0))
    if scales != (1.0, 1.0) or step.attributes.get("transA", 0):
        raise UnsupportedError("Gemm that scales, or transposes its input")
    if not step.attributes.get("transB", 0):
        weights = weights.T
    module = nn.Linear(weights.shape[1], weights.shape[0], bias=bias is not None)
    module.weight.data = _tensor(weights)
    if bias is not None:
        module.bias.data = _tensor(np.broadcast_to(bias.reshape(-1), weights.shape[0]))
    return module


def _batch_norm(graph: Graph, step: Step) -> nn.Module:
    scale, shift, mean, variance = (graph.constant(step, i) for i in range(1, 5))
    assert scale is not None
    module = nn.BatchNorm2d(len(scale), eps=step.attributes.get("epsilon", 1e-5))
    module.weight.data, module.bias.data = _tensor(scale), _tensor(shift)
    module.running_mean, module.running_var = _tensor(mean), _tensor(variance)
    return module


def _clip(graph: Graph, step: Step) -> nn.Module:
    return nn.Hardtanh(*clip_range(graph, step))


def _pool(graph: Graph, step: Step) -> nn.Module:
    top, left, bottom, right = window_padding(step)
    if (top, left) != (bottom, right):
        raise UnsupportedError(f"{step.kind} with asymmetric padding")
    kernel = tuple(step.attributes["kernel_shape"])
    stride = tuple(step.attributes.get("strides", (1, 1)))
    ceil = bool(step.attributes.get("ceil_mode", 0))
    if step.kind == "MaxPool":
        dilation = tuple(step.attributes.get("dilations", (1, 1)))
        return nn.MaxPool2d(kernel, stride, (top, left), dilation, ceil_mode=ceil)
    counted = bool(step.attributes.get("count_include_pad", 0))
    return nn.AvgPool2d(kernel, stride, (top, left), ceil, counted)


def _mean(graph: Graph, step: Step) -> nn.Module:
    axes, keep = reduced_axes(graph, step), bool(step.attributes.get("keepdims", 1))
    return _Function(lambda x: torch.mean(x, axes or tuple(range(x.dim())), keep))


def _reshape(graph: Graph, step: Step) -> nn.Module:
    given = graph.constant(step, 1)
    assert given is not None
    sizes = [int(size) for size in given]
    return _Function(
        lambda x: x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(sizes)])
    )


def _flatten(graph: Graph, step: Step) -> nn.Module:
    axis = step.attributes.get("axis", 1)
    if axis != 1:
        raise UnsupportedError(f"Flatten at axis {axis}")
    return nn.Flatten(1)


def _arithmetic(function: Callable[..., Any]) -> Callable[[Graph, Step], nn.Module]:
    """Two values, one of which may be a constant."""

    def make(graph: Graph, step: Step) -> nn.Module:
        constants = [_tensor(graph.constants[n]) for n in step.inputs if n in graph.constants]
        return _Function(lambda *values: function(*values, *constants))

    return make


def _concat(graph: Graph, step: Step) -> nn.Module:
    axis = step.attributes["axis"]
    return _Function(lambda *values: torch.cat(values, axis))


_LAYERS: dict[str, Callable[[Graph, Step], nn.Module]] = {
    "Conv": _convolution,
    "Gemm": _gemm,
    "BatchNormalization": _batch_norm,
    "Relu": lambda graph, step: nn.ReLU(),
    "Sigmoid": lambda graph, step: nn.Sigmoid(),
    "HardSwish": lambda graph, step: nn.Hardswish(),
    "Clip": _clip,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": lambda graph, step: nn.AdaptiveAvgPool2d(1),
    "ReduceMean": _mean,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Concat": _concat,
    "Add": _arithmetic(torch.add),
    "Mul": _arithmetic(torch.mul),
}
