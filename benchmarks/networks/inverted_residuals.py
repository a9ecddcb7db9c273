"""The block of MobileNetV2 (Sandler et al., CVPR 2018) and the networks made of it alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Pads, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto

STEM = 32
HEAD = 1280
BRANCH_GAIN = 0.25
"""Of a branch that is added to its input: sums of many blocks stay near one."""


@dataclass(frozen=True)
class Block:
    """`channels` out; `expansion` times as many inside as in; a 3x3 depthwise with `stride`."""

    channels: int
    expansion: int
    stride: int = 1


MOBILENET_V2 = [
    *(Block(16, 1), Block(24, 6, 2), Block(24, 6)),
    *(Block(32, 6, 2), Block(32, 6), Block(32, 6)),
    *(Block(64, 6, 2), *[Block(64, 6)] * 3),
    *[Block(96, 6)] * 3,
    *(Block(160, 6, 2), Block(160, 6), Block(160, 6), Block(320, 6)),
]

PROXYLESS_GPROX3 = [
    *(Block(24, 1), Block(32, 3, 2), Block(56, 3, 2), Block(56, 3)),
    *(Block(112, 6, 2), Block(112, 3), Block(128, 6), Block(128, 3), Block(128, 3)),
    *(Block(256, 6, 2), *[Block(256, 6)] * 3, Block(432, 6)),
]


def build_mobilenet_v2(name: str, size: int) -> "ModelProto":
    """MobileNetV2 1.0, padded as Keras does it: at the bottom and right."""
    return _build(name, size, MOBILENET_V2, (0, 0, 1, 1))


def build_proxyless_gprox3(name: str, size: int) -> "ModelProto":
    """ProxylessNAS for GPUs (Cai et al., ICLR 2019), every depthwise kernel made 3x3."""
    return _build(name, size, PROXYLESS_GPROX3, (1, 1, 1, 1))


def _build(name: str, size: int, blocks: list[Block], stride_2_pads: Pads) -> "ModelProto":
    graph = GraphBuilder(name, size)
    relu6 = Activation.RELU6
    x = graph.conv(graph.input, STEM, 3, 2, pads=stride_2_pads, activation=relu6)
    for block in blocks:
        x = _inverted_residual(graph, x, block, stride_2_pads)
    return graph.model(graph.classify(graph.conv(x, HEAD, activation=relu6)))


def _inverted_residual(graph: GraphBuilder, x: Tensor, block: Block, stride_2_pads: Pads) -> Tensor:
    """Expand, filter each channel, project; added to the input where shapes are equal."""
    relu6 = Activation.RELU6
    pads = stride_2_pads if block.stride == 2 else None
    is_sum = block.stride == 1 and block.channels == x.channels
    inner = x
    if block.expansion > 1:
        inner = graph.conv(x, x.channels * block.expansion, activation=relu6)
    inner = graph.depthwise(inner, 3, block.stride, pads=pads, activation=relu6)
    projected = graph.conv(inner, block.channels, gain=BRANCH_GAIN if is_sum else 1.0)
    return graph.add(x, projected) if is_sum else projected
