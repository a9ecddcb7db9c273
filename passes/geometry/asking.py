"""Which stage of a fused module can ask for the next band's input."""

from convopt.backends.targets import CpuTarget
from convopt.convdialect.attributes import TileAttr, TileScheme
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.geometry.schemes import reads_blocks


def can_ask_ahead(
    first: ConvolutionOp, stage: ConvolutionOp, tile: TileAttr, target: CpuTarget
) -> bool:
    """Whether `stage` loops over whole vectors of its input channels, in each of which it can ask
    for a share, and the input of the module's `first` stage lies in blocks."""
    if tile.scheme not in (TileScheme.BROADCAST, TileScheme.PAIRS):
        return False
    outputs, channels = stage.result_type.get_shape()[1], stage.input_type.get_shape()[1]
    block_outputs = tile.vectors.data * target.lanes
    if tile.scheme is TileScheme.PAIRS:
        block_outputs = outputs
    read = InputChannels.of(channels, outputs, stage.group_count, block_outputs)
    whole = read.count == read.total or read.group_inputs % target.lanes == 0
    return reads_blocks(first) and reads_blocks(stage) and whole and read.count >= target.lanes
