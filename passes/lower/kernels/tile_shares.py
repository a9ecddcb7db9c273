"""What the tiles of a broadcast kernel ask memory for ahead of its use, each a share."""

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import TileClass
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape, Place


def prefetch_next_band(
    b: KernelBuilder, shape: BroadcastShape, place: Place, vector: Index, tile_class: TileClass
) -> None:
    """A share of the next band's input, for one vector of input channels.

    Together, a band's tiles ask for all of it.
    """
    ahead = place.ahead
    if ahead is None:
        return
    tiles_of_row = _tiles_of_row(shape)
    vectors = shape.channels.count // b.lanes
    row = b.add(place.row, b.mul(place.first_row, -1))
    row_of_block = b.add(b.mul(place.block, ahead.stage_rows), row)
    tile = b.add(b.mul(row_of_block, tiles_of_row), b.div(place.column, tile_class.size))
    shares = shape.output_blocks * ahead.stage_rows * tiles_of_row * vectors
    ahead.prefetch(b, b.add(b.mul(tile, vectors), vector), shares)


def prefetch_next_weights(
    b: KernelBuilder,
    shape: BroadcastShape,
    place: Place,
    weights: SSAValue,
    kh: Index,
    vector: Index,
    tile_class: TileClass,
) -> None:
    """A share of the next block's weights: together, a row's tiles ask for all of them."""
    tiles = _tiles_of_row(shape) * shape.rows.outputs
    lines = b.lanes * shape.columns.kernel * shape.vectors_in_tile
    share = -(-lines // tiles)
    vectors = -(-shape.channels.count // b.lanes)
    tile = b.div(place.column, tile_class.size)
    if shape.rows.outputs > 1:
        tile = b.add(b.mul(place.row, _tiles_of_row(shape)), tile)
    first = b.mul(b.add(b.mul(tile, vectors), vector), share)
    block = b.add(place.block, 1)
    for line in range(share):
        b.prefetch(weights, block, kh, 0, b.add(first, line), 0, write=False)


def _tiles_of_row(shape: BroadcastShape) -> int:
    return -(-shape.columns.outputs // shape.columns_in_tile)
