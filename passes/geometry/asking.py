"""Which kernels can ask for memory ahead of its use."""

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.geometry.schemes import reads_blocks


def loops_over_vectors(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> bool:
    """Whether a kernel loops over whole vectors of its input channels, in each of which it can ask
    for a share of something."""
    if tile.scheme not in (TileScheme.BROADCAST, TileScheme.PAIRS):
        return False
    outputs, channels = op.result_type.get_shape()[1], op.input_type.get_shape()[1]
    block_outputs = tile.vectors.data * target.lanes
    if tile.scheme is TileScheme.PAIRS:
        block_outputs = outputs
    read = InputChannels.of(channels, outputs, op.group_count, block_outputs)
    whole = read.count == read.total or read.group_inputs % target.lanes == 0
    return reads_blocks(op) and whole and read.count >= target.lanes


def can_ask_ahead(
    first: ConvolutionOp, stage: ConvolutionOp, tile: TileAttr, target: CpuTarget
) -> bool:
    """Whether `stage` of a fused module can ask for the next band's input, which the `first` stage
    reads and which has to lie in blocks."""
    return reads_blocks(first) and loops_over_vectors(stage, tile, target)
