"""EfficientNet-B0 (Tan and Le, ICML 2019), padded symmetrically."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto

STEM = 32
HEAD = 1280
BRANCH_GAIN = 0.25
EXCITE_GAIN = 4.0
"""Squeeze-and-excite scales by about a half; the convolution behind it makes up for that."""


@dataclass(frozen=True)
class Stage:
    """`blocks` with `channels` out, the first with `stride`; `expansion` as many inside as in."""

    channels: int
    blocks: int
    kernel: int
    stride: int
    expansion: int = 6


STAGES = [
    Stage(16, 1, 3, 1, expansion=1),
    Stage(24, 2, 3, 2),
    Stage(40, 2, 5, 2),
    Stage(80, 3, 3, 2),
    Stage(112, 3, 5, 1),
    Stage(192, 4, 5, 2),
    Stage(320, 1, 3, 1),
]


def build(name: str, size: int) -> "ModelProto":
    graph = GraphBuilder(name, size)
    x = graph.conv(graph.input, STEM, 3, 2, activation=Activation.SILU)
    for stage in STAGES:
        for block in range(stage.blocks):
            x = _block(graph, x, stage, stage.stride if block == 0 else 1)
    return graph.model(graph.classify(graph.conv(x, HEAD, activation=Activation.SILU)))


def _block(graph: GraphBuilder, x: Tensor, stage: Stage, stride: int) -> Tensor:
    """An inverted residual with squeeze-and-excite, which reduces to a quarter of the input."""
    silu = Activation.SILU
    is_sum = stride == 1 and stage.channels == x.channels
    inner = x
    if stage.expansion > 1:
        inner = graph.conv(x, x.channels * stage.expansion, activation=silu)
    inner = graph.depthwise(inner, stage.kernel, stride, activation=silu)
    inner = graph.squeeze_excite(inner, x.channels // 4)
    gain = EXCITE_GAIN * (BRANCH_GAIN if is_sum else 1.0)
    projected = graph.conv(inner, stage.channels, gain=gain)
    return graph.add(x, projected) if is_sum else projected
