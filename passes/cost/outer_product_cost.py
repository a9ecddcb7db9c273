"""Cycles of weight gradients made of outer products."""

from collections.abc import Iterator
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.lane_gradient_cost import LONG_SUM
from convopt.passes.cost.tile_cycles import LOOP_OVERHEAD, tile_cycles
from convopt.passes.geometry.axis_tiles import balanced_sizes
from convopt.passes.geometry.outer_products import OuterProducts, ProductTile
from convopt.passes.geometry.tile_classes import profile

ROW_OVERHEAD = 12.0
"""Cycles of a row of pixels beside its products: addresses, and a branch that is not foreseen."""
RESULT_COST = 1.5
"""Cycles of an accumulator that is added to the result."""
HIDDEN_STREAM = 0.6
"""The part of a pixel's cycles in which its operands arrive from L2 unnoticed."""
NEAR_SHARE = 0.75
"""The part of L1 that a block of pixels may fill and stay there."""
MOST_COLUMNS = 4
MOST_COLUMNS_OF_TAPS = 14


@dataclass(frozen=True)
class OuterTileSize:
    """What a schedule asks for: `rows` of pixels in a block, `columns` of them at a time."""

    rows: int
    columns: int
    channels: int
    vectors: int
    taps: int = 1

    @property
    def product(self) -> ProductTile:
        return ProductTile(self.channels, self.taps, self.vectors)


def outer_cycles(products: OuterProducts, target: CpuTarget, tile: OuterTileSize) -> float | None:
    """Cycles for all results, or None where the tile needs too many registers or much code.

    A single accumulator is always legal.
    """
    problem = products.problem
    if tile.product.sums > 1 and not _fits_registers(products, target, tile):
        return None
    blocks = [size for size, count in products.row_blocks(tile.rows) for _ in range(count)]
    adds = len(blocks) * problem.batch > 1 or products.is_mixed
    groups = _groups_of_vector(products)
    cycles = 0.0
    for channels, count in _channel_tiles(products, tile):
        for taps in products.taps_of(tile.taps):
            sums = channels * len(taps) * tile.vectors
            end = sums * RESULT_COST * (2 if adds else 1)
            for size in set(blocks):
                block = _block_cycles(products, target, tile, channels, taps, size)
                cycles += count * blocks.count(size) * (block + problem.rows.kernel * end)
    tiles = products.output_vectors // tile.vectors
    return problem.batch * tiles * groups * cycles


def outer_tiles(products: OuterProducts, target: CpuTarget) -> Iterator[OuterTileSize]:
    """Candidates: blocks of rows as large as stay in L1 with the vectors, and smaller ones."""
    problem = products.problem
    registers = target.vector_registers
    for vectors in _divisors(products.group_vectors, 8):
        for taps in range(1, problem.columns.kernel + 1):
            for channels in _distinct(min(products.run, problem.group_inputs)):
                if channels * taps * vectors > registers:
                    continue
                most = MOST_COLUMNS if taps == 1 else MOST_COLUMNS_OF_TAPS
                for columns in _distinct(min(most, problem.columns.outputs)):
                    for rows in _row_counts(products, target, vectors):
                        yield OuterTileSize(rows, columns, channels, vectors, taps)


def _fits_registers(products: OuterProducts, target: CpuTarget, tile: OuterTileSize) -> bool:
    """Whether the inner loop needs no stack."""
    if _keeps_inputs(products, target, tile):
        return True
    grads, inputs = tile.vectors, 1 + tile.vectors // 2
    if products.loads_vectors(target.indexed_fma):
        inputs = tile.taps
        if tile.taps == 1:
            grads, inputs = 2 * grads, 2 * inputs  # pixels are loaded in pairs
    elif tile.taps > 1 and not (target.fma_broadcasts_memory and tile.vectors == 1):
        inputs = tile.taps * tile.channels  # LLVM loads all that a pixel meets
    return tile.product.sums + grads + inputs <= target.vector_registers - 1


def _keeps_inputs(products: OuterProducts, target: CpuTarget, tile: OuterTileSize) -> bool:
    return products.keeps_inputs(tile.product, target.vector_registers, target.indexed_fma)


def _divisors(number: int, most: int) -> list[int]:
    return [each for each in range(1, min(number, most) + 1) if number % each == 0]


def _distinct(channels: int) -> list[int]:
    """Sizes that divide the channels into tiles of different numbers."""
    return sorted({-(-channels // tiles) for tiles in range(1, channels + 1)})


def _row_counts(products: OuterProducts, target: CpuTarget, vectors: int) -> list[int]:
    """All rows, as far as sums do not become long, and the most that L1 holds."""
    rows, columns = products.problem.rows, products.problem.columns
    read = columns.inputs * min(rows.stride, rows.kernel)
    of_row = FLOAT_BYTES * target.lanes * (vectors * columns.outputs + read)
    fitting = int(NEAR_SHARE * target.l1_bytes) // of_row
    most = max(1, min(rows.outputs, LONG_SUM // columns.outputs))
    return sorted({most, max(1, min(most, fitting))})


def _groups_of_vector(products: OuterProducts) -> float:
    """Groups that share a vector of outputs, as a mean."""
    if not products.is_mixed:
        return 1.0
    outputs, total = products.problem.group_outputs, products.problem.outputs
    first = range(0, total, products.lanes)
    last = [min(each + products.lanes, total) - 1 for each in first]
    touched = [(b // outputs) - (a // outputs) + 1 for a, b in zip(first, last, strict=True)]
    return sum(touched) / len(touched)


def _channel_tiles(products: OuterProducts, tile: OuterTileSize) -> list[tuple[int, int]]:
    """(size, count) of a group's tiles of input channels."""
    full = products.runs - (products.tail > 0)
    sizes = [(size, full * count) for size, count in balanced_sizes(products.run, tile.channels)]
    if products.tail:
        sizes += balanced_sizes(products.tail, tile.channels)
    return [(size, count) for size, count in sizes if count]


def _block_cycles(
    products: OuterProducts,
    target: CpuTarget,
    tile: OuterTileSize,
    channels: int,
    taps: range,
    rows: int,
) -> float:
    """All kernel rows of one tile of results over `rows` rows of pixels."""
    problem = products.problem
    row = ROW_OVERHEAD
    for each in profile(products.pixels(rows, taps), tile.columns):
        fmas = each.taps * channels * tile.vectors
        met = each.inputs if _keeps_inputs(products, target, tile) else each.taps
        loaded = 1 if products.loads_vectors(target.indexed_fma) else channels
        loads = each.size * tile.vectors + met * loaded
        products_cycles = tile_cycles(target, fmas, loads, channels * len(taps) * tile.vectors)
        stream = each.size * _stream_cycles(products, target, tile)
        waits = max(0.0, stream - HIDDEN_STREAM * products_cycles)
        row += each.count * (products_cycles + waits + LOOP_OVERHEAD)
    if products.is_collapsed:
        return row
    share = rows / problem.rows.outputs
    return row * share * sum(each.count * each.taps for each in profile(problem.rows, 1))


def _stream_cycles(products: OuterProducts, target: CpuTarget, tile: OuterTileSize) -> float:
    """Cycles in which a pixel's vectors of the gradient arrive from L2; 0 where L1 keeps them."""
    if tile.rows <= _row_counts(products, target, tile.vectors)[0]:
        return 0.0
    vectors = tile.vectors * target.lanes * FLOAT_BYTES
    return vectors * target.frequency_ghz / target.l2_gbs
