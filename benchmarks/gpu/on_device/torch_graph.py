"""A case's graph as a torch module: the reference in float64, and what peers run.

A graph is data: `inputs` (name to shape), `output`, `constants` (name to `shape` and `deviation`,
or to a `value`) and `steps` (`kind`, `inputs`, `output`, `attributes`), in ONNX's words.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from convopt.benchmarks.gpu.on_device.bundle import F16, F32, WeightMap

Graph = Mapping[str, Any]

_TYPES = {F32: torch.float32, F16: torch.float16}

INPUT_SEED = 1
WEIGHT_SEED = 2


def make_constants(graph: Graph, device: Any = "cpu") -> dict[str, Any]:
    """Random float32 tensors, equal whenever and on whichever device they are asked for."""
    generator = torch.Generator().manual_seed(WEIGHT_SEED)
    return {
        name: (torch.randn(each["shape"], generator=generator) * each["deviation"]).to(device)
        for name, each in graph["constants"].items()
        if "shape" in each
    }


def make_inputs(graph: Graph, device: Any = "cpu") -> list[Any]:
    """Standard normal float32 tensors."""
    generator = torch.Generator().manual_seed(INPUT_SEED)
    return [
        torch.randn(shape, generator=generator).to(device) for shape in graph["inputs"].values()
    ]


def packed_weights(constants: Mapping[str, Any], indices: Any, weights: WeightMap) -> Any:
    """What a weight map makes of the constants: the bytes of a variant's packed weights."""
    device = next(iter(constants.values())).device
    first, literals = (torch.tensor(each, device=device) for each in ([0.0], weights.literals))
    row = torch.cat([first, *(c.reshape(-1) for c in constants.values()), literals])
    elements = row[torch.from_numpy(indices).to(device).long()]
    runs = elements.split([count for count, _ in weights.runs])
    parts = (run.to(_TYPES[kind]) for run, (_, kind) in zip(runs, weights.runs, strict=True))
    return torch.cat([part.view(torch.uint8) for part in parts])


def output_shape(graph: Graph) -> tuple[int, ...]:
    return tuple(graph["output_shape"])


class TorchGraph(nn.Module):
    """The steps in order. `convolve` computes convolutions."""

    def __init__(
        self,
        graph: Graph,
        constants: Mapping[str, Any],
        convolve: Callable[..., Any] = F.conv2d,
    ) -> None:
        super().__init__()
        self._names = {name: f"constant_{i}" for i, name in enumerate(constants)}
        for name, tensor in constants.items():
            self.register_buffer(self._names[name], tensor)
        self._values = {n: c["value"] for n, c in graph["constants"].items() if "value" in c}
        self._inputs, self._output = list(graph["inputs"]), graph["output"]
        self._steps = [
            (_FUNCTIONS[step["kind"]], step["inputs"], step["output"], step["attributes"])
            for step in graph["steps"]
        ]
        self._convolve = convolve
        self._dead = _last_uses(graph["steps"], self._output)

    def forward(self, *inputs: Any) -> Any:
        values: dict[str, Any] = dict(zip(self._inputs, inputs, strict=True))
        for (function, names, output, attributes), dead in zip(
            self._steps, self._dead, strict=True
        ):
            operands = [self._operand(values, name) for name in names]
            if function is None:
                values[output] = _convolution(self._convolve, operands, attributes)
            else:
                values[output] = function(operands, attributes)
            for name in dead:
                values.pop(name, None)
        return values[self._output]

    def _operand(self, values: Mapping[str, Any], name: str) -> Any:
        if name in values:
            return values[name]
        if name in self._values:
            return self._values[name]
        return getattr(self, self._names[name])


def bare_cudnn(x: Any, weight: Any, bias: Any, stride: Any, pad: Any, dilation: Any, n: int) -> Any:
    """cuDNN's convolution and nothing else: what torch's own depthwise kernels do not replace."""
    return torch.cudnn_convolution(x, weight, pad, stride, dilation, n, True, False, False)


def only_convolutions(graph: Graph) -> Graph:
    """The graph of a chain without activations."""
    kept = [step for step in graph["steps"] if step["kind"] == "Conv"]
    renamed = {graph["steps"][0]["inputs"][0]: graph["steps"][0]["inputs"][0]}
    steps, value = [], next(iter(renamed))
    for step in kept:
        steps.append({**step, "inputs": [value, *step["inputs"][1:]]})
        value = step["output"]
    return {**graph, "steps": steps, "output": value}


def is_chain(graph: Graph) -> bool:
    """Whether every step reads only what the one before it makes."""
    value = next(iter(graph["inputs"]))
    for step in graph["steps"]:
        computed = [name for name in step["inputs"] if name not in graph["constants"]]
        if computed != [value]:
            return False
        value = step["output"]
    return True


def _last_uses(steps: Sequence[Mapping[str, Any]], output: str) -> list[list[str]]:
    """What nobody needs after each step."""
    last = {name: i for i, step in enumerate(steps) for name in step["inputs"]}
    dead: list[list[str]] = [[] for _ in steps]
    for name, i in last.items():
        if name != output:
            dead[i].append(name)
    return dead


def _convolution(convolve: Callable[..., Any], operands: Sequence[Any], a: Any) -> Any:
    x, weight, *rest = operands
    top, left, bottom, right = a.get("pads", (0, 0, 0, 0))
    if (top, left) != (bottom, right):
        x = F.pad(x, (left, right, top, bottom))
        top = left = 0
    stride, dilation = a.get("strides", (1, 1)), a.get("dilations", (1, 1))
    bias = rest[0] if rest else None
    return convolve(x, weight, bias, stride, (top, left), dilation, a.get("group", 1))


def _max_pool(operands: Sequence[Any], a: Any) -> Any:
    top, left, *_ = a.get("pads", (0, 0, 0, 0))
    return F.max_pool2d(operands[0], a["kernel_shape"], a.get("strides"), (top, left))


def _gemm(operands: Sequence[Any], a: Any) -> Any:
    x, weight, *rest = operands
    return F.linear(x, weight if a.get("transB") else weight.t(), rest[0] if rest else None)


_FUNCTIONS: Mapping[str, Callable[[Sequence[Any], Any], Any] | None] = {
    "Conv": None,
    "Clip": lambda o, a: torch.clamp(o[0], o[1], o[2]),
    "Relu": lambda o, a: F.relu(o[0]),
    "Gelu": lambda o, a: F.gelu(o[0]),
    "Add": lambda o, a: o[0] + o[1],
    "MaxPool": _max_pool,
    "GlobalAveragePool": lambda o, a: F.adaptive_avg_pool2d(o[0], 1),
    "Flatten": lambda o, a: torch.flatten(o[0], 1),
    "Gemm": _gemm,
}
