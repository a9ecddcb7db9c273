"""ResNet-34 and WRN-40-2 with grouped blocks in place of 3x3 convolutions.

The blocks G(g) of BlockSwap (Turner et al., ICLR 2020), on which grouped spatial pack convolution
was published (Gibson et al., ASAP 2020): a grouped 3x3 convolution that keeps the channels, batch
norm, ReLU, a dense 1x1 convolution. With as many groups as channels it is depthwise-separable.
Stems and shortcuts stay dense.
"""

from typing import TYPE_CHECKING

from convopt.benchmarks.networks.graph import Activation, GraphBuilder, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto

RESNET34_STAGES = [(64, 3), (128, 4), (256, 6), (512, 3)]
WRN40_2_STAGES = [(32, 6), (64, 6), (128, 6)]
"""Channels and blocks of two convolutions each."""
BRANCH_GAIN = 0.25


def build_resnet34(name: str, size: int, groups: int | None) -> "ModelProto":
    """ResNet-34 (He et al., CVPR 2016); None: as many groups as channels."""
    relu = Activation.RELU
    graph = GraphBuilder(name, size)
    x = graph.max_pool(graph.conv(graph.input, 64, 7, 2, activation=relu))
    for stage, (channels, blocks) in enumerate(RESNET34_STAGES):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            inner = _grouped_block(graph, x, channels, stride, groups, relu)
            inner = _grouped_block(graph, inner, channels, 1, groups, gain=BRANCH_GAIN)
            shortcut = graph.conv(x, channels, 1, stride) if channels != x.channels else x
            x = graph.activate(graph.add(inner, shortcut), relu)
    return graph.model(graph.classify(x))


def build_wrn40_2(name: str, size: int, groups: int | None) -> "ModelProto":
    """Wide ResNet of depth 40 and width 2 (Zagoruyko and Komodakis, BMVC 2016), 10 classes.

    Batch norm and ReLU come before the convolutions: what follows a sum stays a node of its own.
    None: as many groups as channels.
    """
    relu = Activation.RELU
    graph = GraphBuilder(name, size)
    x = activated = graph.conv(graph.input, 16, 3, activation=relu)
    for stage, (channels, blocks) in enumerate(WRN40_2_STAGES):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            inner = _grouped_block(graph, activated, channels, stride, groups, relu)
            inner = _grouped_block(graph, inner, channels, 1, groups, gain=BRANCH_GAIN)
            shortcut = graph.conv(activated, channels, 1, stride) if block == 0 else x
            x = graph.add(inner, shortcut)
            activated = graph.activate(graph.batch_norm(x), relu)
    return graph.model(graph.classify(activated, 10))


def _grouped_block(
    graph: GraphBuilder,
    x: Tensor,
    channels: int,
    stride: int,
    groups: int | None,
    activation: Activation = Activation.NONE,
    gain: float = 1.0,
) -> Tensor:
    """G(groups), with what follows it in the network folded into the 1x1 convolution."""
    inner = graph.conv(
        x, x.channels, 3, stride, groups=groups or x.channels, activation=Activation.RELU
    )
    return graph.conv(inner, channels, activation=activation, gain=gain)
