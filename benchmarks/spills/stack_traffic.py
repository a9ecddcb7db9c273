"""Stack traffic of one layer's kernel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convopt.backends.llvm import stack_references
from convopt.benchmarks.gradient import Gradient, GradientData
from convopt.benchmarks.gradient_code import gradient_code
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layer_code import LayerCode, Schedule, layer_code
from convopt.convdialect.schedules import TileAttr
from convopt.passes.lower.kernel_names import parse_kernel_name

ACTIVATION = "relu"

_LABEL = re.compile(r'^"?(\w+)"?:', re.MULTILINE)


@dataclass(frozen=True)
class StackTraffic:
    """How many instructions of the innermost loops move a vector from or to the stack.

    `name` is the layer's, or that of one of its gradients.
    """

    target: str
    layer: Layer
    name: str
    tile: Schedule
    references: int


def stack_traffic(layer: Layer, target: str, tile: TileAttr | None = None) -> StackTraffic:
    """Of the layer with bias and ReLU, in own layout, with a tile or the one that convopt chooses.

    `target` is the name of a target, or the path of a target file.
    What the network's other layers are plays no part: the kernel is a function of its own.
    """
    code = layer_code(LayerData.random(layer), target, tile, ACTIVATION)
    return StackTraffic(target, layer, layer.name, code.tile, _references(code))


def gradient_stack_traffic(layer: Layer, gradient: Gradient, target: str) -> StackTraffic:
    """Of one of the layer's gradients, in own layout."""
    data = GradientData.random(layer, gradient)
    code = gradient_code(data, target)
    return StackTraffic(target, layer, data.name, code.tile, _references(code))


def _references(code: LayerCode) -> int:
    kernels = [name for name in _LABEL.findall(code.assembly) if parse_kernel_name(name)]
    assert kernels
    return sum(stack_references(code.assembly, name) for name in kernels)


def distinct(layers: Sequence[Layer]) -> list[Layer]:
    """Each convolution once, under the first network that has it."""
    return list(
        {replace(layer, network="", count=1): layer for layer in reversed(layers)}.values()
    )[::-1]
