"""An ONNX graph in ncnn's format: a text of layers, and the weights behind each other.

Activations go into the convolution before them, x * sigmoid(x) becomes one layer, and a convolution
behind global pooling a matrix product, as ncnn's own converters do it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.peers.onnx_graph import (
    Graph,
    Step,
    clip_range,
    reduced_axes,
    window_padding,
)
from convopt.benchmarks.peers.peer import UnsupportedError

_MAGIC = 7767517
_FLOAT32_FLAG = b"\0\0\0\0"
_ARRAY_PARAMETER = -23300
_RELU, _CLIP = 1, 3
_ADD, _MULTIPLY = 0, 2

Parameters = dict[int, int | float | list[float]]


@dataclass
class _Layer:
    kind: str
    inputs: list[str]
    outputs: list[str]
    parameters: Parameters = field(default_factory=dict)
    weights: bytes = b""


def ncnn_network(graph: Graph) -> tuple[str, bytes]:
    """Text and weights; blobs are called as the values of the graph.

    Raises UnsupportedError for what has no translation here.
    """
    layers = [_Layer("Input", [], [name]) for name in graph.inputs]
    for step in graph.steps:
        if step.kind not in _LAYERS:
            raise UnsupportedError(f"no ncnn layer for ONNX's {step.kind}")
        layers.append(_LAYERS[step.kind](graph, step))
    layers = _split(_fuse_swish(_fuse_activations(_multiply_vectors(layers))))
    blobs = sum(len(layer.outputs) for layer in layers)
    lines = [str(_MAGIC), f"{len(layers)} {blobs}"]
    lines += [_line(number, layer) for number, layer in enumerate(layers)]
    return "\n".join(lines) + "\n", b"".join(layer.weights for layer in layers)


def _line(number: int, layer: _Layer) -> str:
    words = [layer.kind, f"layer{number}", len(layer.inputs), len(layer.outputs)]
    words += [*layer.inputs, *layer.outputs]
    for key, value in layer.parameters.items():
        if isinstance(value, list):
            numbers = ",".join(f"{number:e}" for number in value)
            words.append(f"{_ARRAY_PARAMETER - key}={len(value)},{numbers}")
        else:
            words.append(f"{key}={value:e}" if isinstance(value, float) else f"{key}={value}")
    return " ".join(map(str, words))


def _uses(layers: list[_Layer]) -> Counter[str]:
    return Counter(name for layer in layers for name in layer.inputs)


def _multiply_vectors(layers: list[_Layer]) -> list[_Layer]:
    """Convolutions of what global pooling left as vectors become matrix products."""
    vectors: set[str] = set()
    result: list[_Layer] = []
    for layer in layers:
        pools_all = layer.kind == "Pooling" and layer.parameters.get(4) == 1
        of_vectors = bool(layer.inputs) and vectors.issuperset(layer.inputs)
        if pools_all or of_vectors:
            vectors.update(layer.outputs)
        if of_vectors and layer.kind == "Convolution":
            old = layer.parameters
            parameters: Parameters = {0: old[0], 1: old[5], 2: old[6]}
            layer = _Layer("InnerProduct", layer.inputs, layer.outputs, parameters, layer.weights)
        result.append(layer)
    return result


def _fuse_activations(layers: list[_Layer]) -> list[_Layer]:
    """ReLU and Clip into the convolution or matrix product that alone feeds them."""
    uses = _uses(layers)
    makers: dict[str, _Layer] = {}
    kept: list[_Layer] = []
    for layer in layers:
        before = makers.get(layer.inputs[0]) if layer.kind in ("ReLU", "Clip") else None
        if before is None or uses[layer.inputs[0]] != 1 or 9 in before.parameters:
            kept.append(layer)
            if layer.kind in ("Convolution", "ConvolutionDepthWise", "InnerProduct"):
                makers[layer.outputs[0]] = layer
            continue
        before.outputs = layer.outputs
        before.parameters[9] = _RELU if layer.kind == "ReLU" else _CLIP
        if layer.kind == "Clip":
            before.parameters[10] = [float(str(layer.parameters[key])) for key in (0, 1)]
    return kept


def _fuse_swish(layers: list[_Layer]) -> list[_Layer]:
    """x * sigmoid(x) into one layer, where nothing else takes the sigmoid."""
    uses = _uses(layers)
    sigmoids = {layer.outputs[0]: layer for layer in layers if layer.kind == "Sigmoid"}
    fused: list[_Layer] = []
    for layer in layers:
        gate = next((sigmoids[name] for name in layer.inputs if name in sigmoids), None)
        if (
            layer.kind == "BinaryOp"
            and layer.parameters[0] == _MULTIPLY
            and gate is not None
            and uses[gate.outputs[0]] == 1
            and set(layer.inputs) == {*gate.inputs, *gate.outputs}
        ):
            fused.remove(gate)
            fused.append(_Layer("Swish", gate.inputs, layer.outputs))
        else:
            fused.append(layer)
    return fused


def _split(layers: list[_Layer]) -> list[_Layer]:
    """A copy of each value for each of its users: in ncnn a blob has one."""
    uses = _uses(layers)
    taken: Counter[str] = Counter()
    result: list[_Layer] = []
    for layer in layers:
        inputs = []
        for name in layer.inputs:
            inputs.append(f"{name}_{taken[name]}" if uses[name] > 1 else name)
            taken[name] += 1
        result.append(_Layer(layer.kind, inputs, layer.outputs, layer.parameters, layer.weights))
        for name in layer.outputs:
            if uses[name] > 1:
                copies = [f"{name}_{number}" for number in range(uses[name])]
                result.append(_Layer("Split", [name], copies))
    return result


def _floats(array: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array, np.float32).tobytes()


def _convolution(graph: Graph, step: Step) -> _Layer:
    weights, bias = graph.constant(step, 1), graph.constant(step, 2)
    assert weights is not None
    top, left, bottom, right = window_padding(step)
    stride_h, stride_w = step.attributes.get("strides", (1, 1))
    dilation_h, dilation_w = step.attributes.get("dilations", (1, 1))
    parameters: Parameters = {
        **{0: weights.shape[0], 1: weights.shape[3], 11: weights.shape[2]},
        **{2: dilation_w, 12: dilation_h, 3: stride_w, 13: stride_h},
        **{4: left, 15: right, 14: top, 16: bottom, 5: int(bias is not None), 6: weights.size},
    }
    groups = step.attributes.get("group", 1)
    if groups > 1:
        parameters[7] = groups
    content = _FLOAT32_FLAG + _floats(weights) + (b"" if bias is None else _floats(bias))
    kind = "ConvolutionDepthWise" if groups > 1 else "Convolution"
    return _Layer(kind, [step.inputs[0]], [step.output], parameters, content)


def _inner_product(graph: Graph, step: Step) -> _Layer:
    weights, bias = graph.constant(step, 1), graph.constant(step, 2)
    assert weights is not None
    scales = (step.attributes.get("alpha", 1.0), step.attributes.get("beta", 1.0))
    if scales != (1.0, 1.0) or step.attributes.get("transA", 0):
        raise UnsupportedError("Gemm that scales, or transposes its input")
    if not step.attributes.get("transB", 0):
        weights = weights.T
    content = _FLOAT32_FLAG + _floats(weights)
    if bias is not None:
        content += _floats(np.broadcast_to(bias.reshape(-1), weights.shape[0]))
    parameters: Parameters = {0: weights.shape[0], 1: int(bias is not None), 2: weights.size}
    return _Layer("InnerProduct", [step.inputs[0]], [step.output], parameters, content)


def _batch_norm(graph: Graph, step: Step) -> _Layer:
    scale, shift, mean, variance = (graph.constant(step, i) for i in range(1, 5))
    arrays = [array for array in (scale, mean, variance, shift) if array is not None]
    parameters: Parameters = {0: arrays[0].size, 1: float(step.attributes.get("epsilon", 1e-5))}
    content = b"".join(map(_floats, arrays))
    return _Layer("BatchNorm", [step.inputs[0]], [step.output], parameters, content)


def _pool(graph: Graph, step: Step) -> _Layer:
    top, left, bottom, right = window_padding(step)
    if any(size != 1 for size in step.attributes.get("dilations", ())):
        raise UnsupportedError(f"{step.kind} with dilation")
    kernel_h, kernel_w = step.attributes["kernel_shape"]
    stride_h, stride_w = step.attributes.get("strides", (1, 1))
    parameters: Parameters = {
        **{0: int(step.kind == "AveragePool"), 1: kernel_w, 11: kernel_h},
        **{2: stride_w, 12: stride_h, 3: left, 14: right, 13: top, 15: bottom},
        **{5: 0 if step.attributes.get("ceil_mode", 0) else 1},
        **{6: step.attributes.get("count_include_pad", 0)},
    }
    return _Layer("Pooling", [step.inputs[0]], [step.output], parameters)


def _global_average(graph: Graph, step: Step) -> _Layer:
    return _Layer("Pooling", [step.inputs[0]], [step.output], {0: 1, 4: 1})


def _mean(graph: Graph, step: Step) -> _Layer:
    axes = sorted(axis % 4 for axis in reduced_axes(graph, step))
    if axes != [2, 3]:
        raise UnsupportedError(f"ReduceMean over {axes}")
    return _global_average(graph, step)


def _flatten(graph: Graph, step: Step) -> _Layer:
    sizes = graph.constant(step, 1)
    if sizes is not None and list(sizes) not in ([1, -1], [0, -1]):
        raise UnsupportedError(f"Reshape to {list(sizes)}")
    return _Layer("Flatten", [step.inputs[0]], [step.output])


def _concat(graph: Graph, step: Step) -> _Layer:
    if step.attributes["axis"] != 1:
        raise UnsupportedError(f"Concat at axis {step.attributes['axis']}")
    return _Layer("Concat", list(step.inputs), [step.output], {0: 0})


def _binary(operation: int) -> Callable[[Graph, Step], _Layer]:
    def make(graph: Graph, step: Step) -> _Layer:
        if any(name in graph.constants for name in step.inputs):
            raise UnsupportedError(f"{step.kind} with a constant")
        return _Layer("BinaryOp", list(step.inputs), [step.output], {0: operation})

    return make


def _clip(graph: Graph, step: Step) -> _Layer:
    largest = float(np.finfo(np.float32).max)
    low, high = np.clip(clip_range(graph, step), -largest, largest)
    return _Layer("Clip", [step.inputs[0]], [step.output], {0: float(low), 1: float(high)})


def _unary(kind: str, parameters: Parameters | None = None) -> Callable[[Graph, Step], _Layer]:
    return lambda graph, step: _Layer(kind, [step.inputs[0]], [step.output], dict(parameters or {}))


_LAYERS: dict[str, Callable[[Graph, Step], _Layer]] = {
    "Conv": _convolution,
    "Gemm": _inner_product,
    "BatchNormalization": _batch_norm,
    "Relu": _unary("ReLU"),
    "Sigmoid": _unary("Sigmoid"),
    "HardSwish": _unary("HardSwish", {0: 1.0 / 6.0, 1: 0.5}),
    "Clip": _clip,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": _global_average,
    "ReduceMean": _mean,
    "Flatten": _flatten,
    "Reshape": _flatten,
    "Concat": _concat,
    "Add": _binary(_ADD),
    "Mul": _binary(_MULTIPLY),
}
