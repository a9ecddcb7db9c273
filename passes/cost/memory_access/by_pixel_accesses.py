"""Accesses of the kernels whose accumulators are one vector of channels a pixel.

Rotate, a block of channels: rows of tiles, tiles of a row, passes (channels of a group), taps. A
tile loads its distinct input pixels in every pass, and its weights unless they are held.

Strip, a block of channels: strips of columns, input rows. A strip loads every pixel once; weights
stay in registers.

Distances are those of the largest tile, in the middle of the image.
"""

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Access, Operand, Phase, combined
from convopt.passes.cost.memory_access.cpu_kernel import (
    CpuKernel,
    LastTouch,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.first_weights import first_weights
from convopt.passes.cost.memory_access.tile_counts import count_axis
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.tile_code import UNROLLED_PASSES


def rotate_phase(name: str, kernel: CpuKernel, tile: RotateTile, since: LastTouch) -> Phase:
    """The accesses of all channel blocks."""
    conv, lanes, blocks = kernel.conv, kernel.lanes, kernel.output_blocks
    rows, columns = count_axis(conv.rows, tile.rows), count_axis(conv.columns, tile.columns)
    passes, tiles = conv.group_inputs, rows.number * columns.number
    vector = FLOAT_BYTES * lanes
    weights = passes * conv.taps
    in_tile = vector * (
        rows.most_inputs * columns.most_inputs + weights + rows.most_outputs * columns.most_outputs
    )
    in_row = vector * (
        rows.most_inputs * columns.touched + weights + rows.most_outputs * conv.columns.outputs
    )
    in_rows = in_row * _tiles_between_uses(conv.rows, tile.rows)

    loaded = passes * rows.inputs * columns.inputs
    loaded_once_a_row = rows.inputs * columns.touched
    touched = rows.touched * columns.touched
    used = passes * rows.taps * columns.taps
    if tile.holds_weights:
        weight_loads, used = weights, weights
    else:
        weight_loads = passes * rows.tap_loads * columns.tap_loads
    outputs = conv.rows.outputs * conv.columns.outputs
    accesses = [
        *_first_inputs(since, blocks * lanes * touched, rows.touched),
        Access(since.reads, blocks * lanes * (loaded_once_a_row - touched), in_rows),
        Access(since.reads, blocks * lanes * (loaded - loaded_once_a_row), in_tile),
        *first_weights(kernel, since, blocks * lanes * used, blocks, tiles),
        Access(Operand.WEIGHTS, blocks * lanes * (weight_loads - used), in_tile),
        *_outputs(kernel, since, outputs, starts=tiles, in_tile=in_tile),
    ]
    rotations = {1: 0, UNROLLED_PASSES: tiles + outputs}.get(passes, passes * outputs)
    return _phase(
        name,
        kernel,
        fmas=blocks * passes * rows.products * columns.products,
        others=blocks * (rotations + kernel.epilogue.operations * outputs),
        stores=blocks * outputs,
        accesses=accesses,
        loops=blocks * tiles if passes > UNROLLED_PASSES else 0,
    )


def strip_phase(name: str, kernel: CpuKernel, tile: StripTile, since: LastTouch) -> Phase:
    """The accesses of all channel blocks."""
    conv, lanes, blocks = kernel.conv, kernel.lanes, kernel.output_blocks
    rows, columns = count_axis(conv.rows, 1), count_axis(conv.columns, tile.columns)
    vector = FLOAT_BYTES * lanes
    in_row = vector * (conv.rows.stride * columns.most_inputs + columns.most_outputs)
    in_strip = vector * (
        rows.touched * columns.most_inputs + conv.rows.outputs * columns.most_outputs
    )
    touched = rows.touched * columns.touched
    loaded = rows.touched * columns.inputs
    outputs = conv.rows.outputs * conv.columns.outputs
    accesses = [
        *_first_inputs(since, blocks * lanes * touched, rows.touched),
        Access(since.reads, blocks * lanes * (loaded - touched), in_strip),
        Access(Operand.WEIGHTS, blocks * lanes * conv.taps, since.weights),
        *_outputs(kernel, since, outputs, starts=1, in_tile=in_row),
    ]
    return _phase(
        name,
        kernel,
        fmas=blocks * rows.products * columns.products,
        others=blocks * kernel.epilogue.operations * outputs,
        stores=blocks * outputs,
        accesses=accesses,
    )


def _first_inputs(since: LastTouch, elements: int, rows: int) -> list[Access]:
    again = elements * since.rows_again // rows if rows else 0
    return [
        Access(since.reads, elements - again, since.input),
        Access(since.reads, again, since.again),
    ]


def _outputs(
    kernel: CpuKernel, since: LastTouch, outputs: int, *, starts: int, in_tile: float
) -> list[Access]:
    """Stores and epilogue operands; each block's start value is loaded `starts` times."""
    epilogue = kernel.epilogue
    size = kernel.output_blocks * kernel.lanes
    starting = starts if epilogue.starts else 0
    channel = epilogue.channel_operands
    first = (1 if epilogue.starts else 0) + channel
    return [
        Access(since.writes, size * outputs, since.output, is_store=True),
        Access(Operand.EXTRA, size * first, since.weights),
        Access(Operand.EXTRA, size * (starting + channel * outputs - first), in_tile),
        Access(Operand.EXTRA, size * epilogue.tensor_operands * outputs, since.extras),
    ]


def _tiles_between_uses(axis: Axis, tile: int) -> int:
    """Tiles after which a dilated axis comes back to an input."""
    return -(-axis.dilation // (tile * axis.stride))


def _phase(
    name: str,
    kernel: CpuKernel,
    *,
    fmas: int,
    others: int,
    stores: int,
    accesses: list[Access],
    loops: int = 0,
) -> Phase:
    """All loads are of vectors."""
    loaded = sum(access.elements for access in accesses if not access.is_store)
    return Phase(name, fmas, others, loaded // kernel.lanes, stores, combined(accesses), loops)
