"""Accesses of the broadcast kernel: blocks of output channels, rows, tiles of a row, kernel rows,
input channels, taps.

A tile loads, for each input channel and valid kernel row, its distinct pixels and the weights of
the taps in use. A block's weights are read again by every tile, the input by every block.

Distances are those of the largest tile, in the middle of the image.
"""

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Access, Operand, Phase, combined
from convopt.passes.cost.memory_access.cpu_kernel import BroadcastTile, CpuKernel, LastTouch
from convopt.passes.cost.memory_access.first_weights import first_weights
from convopt.passes.cost.memory_access.halo import inputs_of
from convopt.passes.cost.memory_access.tile_counts import count_axis
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.geometry.schemes import collapsed


def broadcast_phase(name: str, kernel: CpuKernel, tile: BroadcastTile, since: LastTouch) -> Phase:
    """The accesses of all blocks. `tile.vectors` divides the output's."""
    conv, lanes, vectors = kernel.conv, kernel.lanes, tile.vectors
    row_axis, column_axis = conv.rows, conv.columns
    image_rows = len(inputs_of(row_axis, 0, row_axis.outputs))
    if kernel.is_collapsed:
        row_axis, column_axis = collapsed(row_axis, column_axis)
    rows, columns = count_axis(row_axis, 1), count_axis(column_axis, tile.columns)
    blocks = kernel.output_blocks // vectors
    read = InputChannels.of(conv.channels, conv.outputs, conv.groups, vectors * lanes)
    depth = _padded(read.count, lanes) if tile.loads_vectors else read.count
    all_depths = _channels_touched(read, blocks, lanes if tile.loads_vectors else 1)

    outputs = row_axis.outputs * column_axis.outputs
    tile_outputs = columns.most_outputs * vectors * lanes
    block_weights = read.count * conv.taps * vectors * lanes
    in_tile = FLOAT_BYTES * (
        rows.most_inputs * columns.most_inputs * depth + block_weights + tile_outputs
    )
    in_row = FLOAT_BYTES * (
        rows.most_inputs * columns.touched * depth
        + block_weights
        + column_axis.outputs * vectors * lanes
    )
    touched = rows.touched * columns.touched
    in_block = FLOAT_BYTES * (touched * depth + block_weights + outputs * vectors * lanes)

    loaded = rows.inputs * columns.inputs * depth * blocks
    loaded_once_a_row = rows.inputs * columns.touched * depth * blocks
    loaded_once_a_block = touched * depth * blocks
    first = touched * all_depths
    again = first * since.rows_again // image_rows if image_rows else 0
    held, steps = vectors, read.count
    if tile.pairs:
        held, steps = -(-conv.outputs // (lanes // 2)), -(-read.count // 2)
    weight_vectors = rows.tap_loads * columns.tap_loads * steps * held * blocks
    used_vectors = rows.taps * columns.taps * steps * held * blocks
    extras = _epilogue(kernel, tile, since, outputs, rows.number * columns.number, in_tile)
    accesses = [
        Access(since.reads, first - again, since.input),
        Access(since.reads, again, since.again),
        Access(since.reads, loaded_once_a_block - first, in_block),
        Access(since.reads, loaded_once_a_row - loaded_once_a_block, in_row),
        Access(since.reads, loaded - loaded_once_a_row, in_tile),
        *first_weights(kernel, since, lanes * used_vectors, blocks, rows.number * columns.number),
        Access(Operand.WEIGHTS, lanes * (weight_vectors - used_vectors), in_tile),
        *extras,
        Access(since.writes, kernel.output_blocks * lanes * outputs, since.output, is_store=True),
    ]
    input_loads = loaded // lanes if tile.loads_vectors else loaded * steps // read.count
    return Phase(
        name,
        fmas=rows.products * columns.products * steps * held * blocks,
        other_operations=kernel.epilogue.operations * kernel.output_blocks * outputs,
        loads=input_loads + weight_vectors + sum(each.elements for each in extras) // lanes,
        stores=kernel.output_blocks * outputs,
        accesses=combined(accesses),
        loops=rows.number * columns.number * blocks,
    )


def _epilogue(
    kernel: CpuKernel,
    tile: BroadcastTile,
    since: LastTouch,
    outputs: int,
    tiles: int,
    in_tile: float,
) -> list[Access]:
    """Start values are loaded for every tile, other operands for every output vector."""
    epilogue, size = kernel.epilogue, kernel.output_blocks * kernel.lanes
    starts = tiles if epilogue.starts else 0
    channel = epilogue.channel_operands
    first = (1 if epilogue.starts else 0) + channel
    return [
        Access(Operand.EXTRA, size * first, since.weights),
        Access(Operand.EXTRA, size * (starts + channel * outputs - first), in_tile),
        Access(Operand.EXTRA, size * epilogue.tensor_operands * outputs, since.extras),
    ]


def _channels_touched(read: InputChannels, blocks: int, lanes: int) -> int:
    """Input channels that any block reads, in whole vectors of `lanes`."""
    vectors = {
        channel // lanes
        for block in range(blocks)
        for channel in range(read.first(block), read.first(block) + read.count)
    }
    return len(vectors) * lanes


def _padded(channels: int, lanes: int) -> int:
    return -(-channels // lanes) * lanes
