"""ResNeXt-50 32x4d (Xie et al., CVPR 2017), the stride on the 3x3 convolution."""

from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto

STEM = 64
GROUPS = 32
STAGES = [(128, 3), (256, 4), (512, 6), (1024, 3)]
"""Channels of the grouped convolutions, and blocks; twice as many channels come out."""
BRANCH_GAIN = 0.25


def build(name: str, size: int) -> "ModelProto":
    graph = GraphBuilder(name, size)
    x = graph.max_pool(graph.conv(graph.input, STEM, 7, 2, activation=Activation.RELU))
    for stage, (width, blocks) in enumerate(STAGES):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = _bottleneck(graph, x, width, stride, has_projection=block == 0)
    return graph.model(graph.classify(x))


def _bottleneck(
    graph: GraphBuilder, x: Tensor, width: int, stride: int, has_projection: bool
) -> Tensor:
    relu = Activation.RELU
    inner = graph.conv(x, width, activation=relu)
    inner = graph.conv(inner, width, 3, stride, groups=GROUPS, activation=relu)
    branch = graph.conv(inner, 2 * width, gain=BRANCH_GAIN)
    shortcut = graph.conv(x, 2 * width, 1, stride) if has_projection else x
    return graph.activate(graph.add(branch, shortcut), relu)
