"""Xception (Chollet, CVPR 2017): separable convolutions between shortcuts."""

from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto

STEM = (32, 64)
ENTRY = (128, 256, 728)
MIDDLE_BLOCKS = 8
MIDDLE = 728
EXIT = (728, 1024)
TAIL = (1536, 2048)
UNPADDED = (0, 0, 0, 0)
BRANCH_GAIN = 0.25


def build(name: str, size: int) -> "ModelProto":
    relu = Activation.RELU
    graph = GraphBuilder(name, size)
    x = graph.conv(graph.input, STEM[0], 3, 2, pads=UNPADDED, activation=relu)
    x = activated = graph.conv(x, STEM[1], 3, pads=UNPADDED, activation=relu)
    for channels in ENTRY:
        x = _halving_block(graph, x, activated, (channels, channels))
        activated = graph.activate(x, relu)
    for _ in range(MIDDLE_BLOCKS):
        x = graph.add(_separables(graph, activated, (MIDDLE,) * 3), x)
        activated = graph.activate(x, relu)
    x = _halving_block(graph, x, activated, EXIT)
    for channels in TAIL:
        x = graph.conv(graph.depthwise(x), channels, activation=relu)
    return graph.model(graph.classify(x))


def _halving_block(
    graph: GraphBuilder, x: Tensor, activated: Tensor, channels: tuple[int, ...]
) -> Tensor:
    branch = graph.max_pool(_separables(graph, activated, channels))
    return graph.add(branch, graph.conv(x, channels[-1], 1, 2))


def _separables(graph: GraphBuilder, x: Tensor, channels: tuple[int, ...]) -> Tensor:
    """A depthwise and a pointwise convolution for each, with ReLU in between, not at the end."""
    *inner, last = channels
    for each in inner:
        x = graph.conv(graph.depthwise(x), each, activation=Activation.RELU)
    return graph.conv(graph.depthwise(x), last, gain=BRANCH_GAIN)
