"""The schedules of a convolution with their predicted cycles."""

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from statistics import mean

from xdsl.dialects.arith import ConstantOp

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import physical_shape
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.broadcast_cost import BroadcastProblem, broadcast_cycles, broadcast_tiles
from convopt.passes.cost.by_pixel_cost import (
    ByPixelProblem,
    rotate_cycles,
    rotate_tiles,
    strip_cycles,
    strip_tiles,
)
from convopt.passes.cost.pairs_cost import pairs_cycles, pairs_tiles
from convopt.passes.geometry.asking import loops_over_vectors
from convopt.passes.geometry.schemes import axes_of, is_collapsible, reads_blocks, scheme_of
from convopt.passes.geometry.tile_code import has_static_edges

UNEVENNESS_WORTH_AVOIDING = 0.15

Sized = tuple[TileScheme, int, int, int]
"""Scheme, rows, columns, vectors."""


def best_schedule(op: ConvolutionOp, target: CpuTarget) -> tuple[TileAttr, float]:
    """The schedule with the fewest predicted cycles for one image, and these cycles."""
    tile, cycles = _best(problem_of(op, target), target)
    return _schedule(op, target, tile), cycles


def schedules(op: ConvolutionOp, target: CpuTarget) -> Iterator[tuple[TileAttr, float]]:
    """Every legal schedule, with its predicted cycles for one image."""
    for tile, cycles in _costs(problem_of(op, target), target):
        if cycles is not None:
            yield _schedule(op, target, tile), cycles


Problem = tuple[ByPixelProblem, int] | BroadcastProblem
"""For one block of channels how many there are, or a whole image."""


def problem_of(op: ConvolutionOp, target: CpuTarget, *, by_rows: bool = False) -> Problem:
    """What the cost of a convolution's tiles depends on; `by_rows` as in a fused module."""
    rows, columns = axes_of(op)
    outputs, group_inputs = op.filter_type.get_shape()[:2]
    if scheme_of(op, target) is not TileScheme.BROADCAST:
        constants = any(isinstance(each, ConstantOp) for each in op.epilogue.walk())
        one_block = ByPixelProblem(rows, columns, group_inputs, constants, by_rows)
        return one_block, -(-outputs // target.lanes)
    channels = op.input_type.get_shape()[1]
    blocks = reads_blocks(op)
    return BroadcastProblem(rows, columns, channels, outputs, op.group_count, blocks, by_rows)


@lru_cache(maxsize=1024)
def best_tile_in_bands(problem: Problem, heights: tuple[int, ...], target: CpuTarget) -> TileAttr:
    """The tile of a stage of a fused module with the fewest cycles; its rows are in `heights`."""
    costs = [
        (cycles, tile)
        for tile, cycles in _costs(problem, target)
        if cycles is not None and tile[0] is not TileScheme.STRIP and tile[1] in heights
    ]
    return TileAttr(*min(costs)[1])


@lru_cache(maxsize=1024)
def _best(problem: Problem, target: CpuTarget) -> tuple[Sized, float]:
    costs = _costs(problem, target)
    cycles, tile = min((cycles, tile) for tile, cycles in costs if cycles is not None)
    return tile, cycles


def _costs(problem: Problem, target: CpuTarget) -> Iterator[tuple[Sized, float | None]]:
    if isinstance(problem, BroadcastProblem):
        for pixels, vectors in broadcast_tiles(problem, target):
            cycles = broadcast_cycles(problem, target, pixels, vectors)
            yield (TileScheme.BROADCAST, 1, pixels, vectors), cycles
        for pixels in pairs_tiles(problem, target):
            yield (TileScheme.PAIRS, 1, pixels, 1), pairs_cycles(problem, target, pixels)
        return
    one_block, blocks = problem
    for rows, columns in rotate_tiles(one_block, target):
        cycles = rotate_cycles(one_block, target, rows, columns)
        yield (TileScheme.ROTATE, rows, columns, 1), None if cycles is None else cycles * blocks
    for columns in strip_tiles(one_block):
        cycles = strip_cycles(one_block, target, columns)
        yield (TileScheme.STRIP, 1, columns, 1), None if cycles is None else cycles * blocks


def _schedule(op: ConvolutionOp, target: CpuTarget, tile: Sized) -> TileAttr:
    prefetch = _prefetch(op, target, tile) if _can_prefetch(op, target, tile) else Prefetch.NONE
    return TileAttr(*tile, prefetch, _parallel(op, target, tile))


def _can_prefetch(op: ConvolutionOp, target: CpuTarget, tile: Sized) -> bool:
    """Whether the kernel has a place for it, and the machine a use."""
    scheme, rows, columns, _ = tile
    if not target.prefetches:
        return False
    if scheme is TileScheme.ROTATE:
        return has_static_edges(*axes_of(op), (rows, columns))
    return scheme is TileScheme.BROADCAST and loops_over_vectors(op, TileAttr(*tile), target)


def _parallel(op: ConvolutionOp, target: CpuTarget, tile: Sized) -> Parallel:
    """Pixels or blocks, whichever is shared more evenly; else what reads less from memory.

    Threads that share pixels all read all weights, threads that share blocks the whole input.
    """
    scheme, tile_rows, tile_columns, vectors = tile
    if scheme is TileScheme.STRIP:
        return Parallel.BLOCKS
    if scheme is TileScheme.PAIRS:
        return Parallel.PIXELS
    rows, columns = axes_of(op)
    tiles = -(-rows.outputs // tile_rows)
    is_one_row = rows.outputs == 1 or is_collapsible(rows, columns)
    if scheme is TileScheme.BROADCAST and is_one_row:
        tiles = -(-rows.outputs * columns.outputs // tile_columns)
    blocks = -(-op.result_type.get_shape()[1] // (vectors * target.lanes))
    prefers_blocks = _weight_bytes(op) > _activation_bytes(op)
    return preferred_parallel(tiles, blocks, Parallel.BLOCKS if prefers_blocks else Parallel.PIXELS)


def preferred_parallel(tiles: int, blocks: int, otherwise: Parallel) -> Parallel:
    """What is shared more evenly: tiles of pixels or blocks of channels."""
    shares = {Parallel.PIXELS: unevenness(tiles), Parallel.BLOCKS: unevenness(blocks)}
    if abs(shares[Parallel.PIXELS] - shares[Parallel.BLOCKS]) > UNEVENNESS_WORTH_AVOIDING:
        return min(shares, key=lambda axis: shares[axis])
    return otherwise


def unevenness(units: int) -> float:
    """How much longer the largest share takes than an even one, as a mean of 2, 3 and 4 threads."""
    return mean(-(-units // threads) * threads / units for threads in (2, 3, 4))


def _prefetch(op: ConvolutionOp, target: CpuTarget, tile: Sized) -> Prefetch:
    """What the kernel would wait for, by where it lies."""
    scheme, _, tile_columns, _ = tile
    if scheme is TileScheme.BROADCAST:
        # In a network, weights that are no small part of L2 were driven out of it by the others.
        # A single tile reads them once, one after another, as the hardware expects: 1024 to 1000
        # channels of one pixel took 197 us with hints and 149 us without.
        rows, columns = axes_of(op)
        are_far = _weight_bytes(op) >= target.l2_bytes // 8
        are_read_again = rows.outputs * columns.outputs > tile_columns
        return Prefetch.WEIGHTS if are_far and are_read_again else Prefetch.NONE
    activations = _activation_bytes(op)
    if target.l1_bytes < activations <= target.l2_bytes:
        return Prefetch.OUTPUT
    is_grouped = op.filter_type.get_shape()[1] > 1
    return Prefetch.INPUT if is_grouped and activations > target.l2_bytes else Prefetch.NONE


def _weight_bytes(op: ConvolutionOp) -> int:
    return FLOAT_BYTES * prod(op.filter_type.get_shape())


def _activation_bytes(op: ConvolutionOp) -> int:
    """Input and output."""
    return FLOAT_BYTES * sum(prod(physical_shape(each)) for each in (op.input_type, op.result_type))
