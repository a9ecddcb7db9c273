"""MobileNetV1 1.0 (Howard et al., 2017), padded as Keras does it: at the bottom and right."""

from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Pads

if TYPE_CHECKING:
    from onnx import ModelProto

STEM = 32
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5]
BLOCKS += [(1024, 2), (1024, 1)]
"""Output channels and stride of every depthwise-separable block."""
CLASSES = 1000


def build(name: str, size: int) -> "ModelProto":
    graph = GraphBuilder(name, size)
    relu6 = Activation.RELU6
    x = graph.conv(graph.input, STEM, 3, 2, pads=same_pads(2), activation=relu6)
    for channels, stride in BLOCKS:
        x = graph.depthwise(x, 3, stride, pads=same_pads(stride), activation=relu6)
        x = graph.conv(x, channels, activation=relu6)
    return graph.model(graph.flatten(graph.conv(graph.average(x), CLASSES)))


def same_pads(stride: int) -> Pads:
    """Keras' "same" padding of a 3x3 kernel over an even size."""
    return (0, 0, 1, 1) if stride == 2 else (1, 1, 1, 1)
