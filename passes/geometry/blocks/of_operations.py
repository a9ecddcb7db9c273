"""The kernel that operations of a planned module ask for."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import f16, f32, i8

from convopt.convdialect.element_types import ConvTensor, ElementType, element_of
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.kinds import Stages
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.convolution import convolution_of

_LANES: Mapping[ElementType, int] = {f32: 1, f16: 2, i8: 4}


def lanes_of(tensor: ConvTensor) -> int:
    """Channels in a 32-bit word of a tensor on a GPU."""
    return _LANES[element_of(tensor)]


def kernel_of(stages: Sequence[ConvolutionOp], sizes: BlockSizes) -> BlockKernel | None:
    """None where no kernel can hold the stages."""
    kinds = Stages.of([convolution_of(stage) for stage in stages])
    if kinds is None or any(elementwise_operands(stage) for stage in stages[:-1]):
        return None
    scaled = any(stage.scale is not None for stage in stages)
    if scaled and len(stages) > 1:
        return None
    per_channel = tuple(channel_operands(stage) for stage in stages)
    lanes, result_lanes = lanes_of(stages[0].input_type), lanes_of(stages[-1].result_type)
    if any(lanes_of(stage.input_type) != lanes for stage in stages):
        return None
    return BlockKernel(kinds, sizes, per_channel, lanes, result_lanes, scaled)


def channel_operands(stage: ConvolutionOp) -> int:
    """Operands of the epilogue that have a value per channel."""
    return sum(len(tensor_of(extra).get_shape()) == 1 for extra in stage.extras)


def elementwise_operands(stage: ConvolutionOp) -> int:
    """Operands of the epilogue that have the result's shape."""
    return len(stage.extras) - channel_operands(stage)
