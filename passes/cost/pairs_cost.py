"""Cycles of the pairs scheme: pixels times half vectors of output channels."""

from collections.abc import Iterator

from convopt.backends.targets import CpuTarget
from convopt.passes.cost.broadcast_cost import BroadcastProblem
from convopt.passes.cost.tile_cycles import TILE_OVERHEAD, tile_cycles
from convopt.passes.geometry.schemes import is_collapsible
from convopt.passes.geometry.tile_classes import profile

OPERATIONS_OF_FOLDING = 4
"""Two shuffles and two additions for each result vector."""


def accumulators_of_pixel(problem: BroadcastProblem, target: CpuTarget) -> int:
    """Vectors of sums: one for as many output channels as half a vector has lanes."""
    return -(-problem.outputs // (target.lanes // 2))


def pairs_tiles(problem: BroadcastProblem, target: CpuTarget) -> Iterator[int]:
    """Candidate pixels, where the scheme can do the convolution and leaves fewer lanes empty.

    Where an FMA can index a lane, no pixel needs to be broadcast, and vectors are short.
    """
    is_pointwise = problem.groups == 1 and is_collapsible(problem.rows, problem.columns)
    is_odd = accumulators_of_pixel(problem, target) < 2 * problem.output_vectors(target)
    if target.indexed_fma or not (is_pointwise and is_odd and problem.reads_blocks):
        return
    most = target.vector_registers // accumulators_of_pixel(problem, target)
    yield from range(1, min(most, problem.loop_axes[1].outputs) + 1)


def pairs_cycles(problem: BroadcastProblem, target: CpuTarget, pixels: int) -> float | None:
    """Cycles for one image, or None where the tile needs too many registers."""
    held = accumulators_of_pixel(problem, target)
    if (pixels + 1) * held + 1 > target.vector_registers - 1:
        return None
    rows, columns = problem.loop_axes
    vectors = problem.output_vectors(target)
    cycles = 0.0
    for tile in profile(columns, pixels):
        fmas = tile.size * held
        pair = tile_cycles(target, fmas, tile.size + held, fmas)
        folding = tile.size * vectors * OPERATIONS_OF_FOLDING / target.fma_ports
        stores = tile.size * vectors
        per_tile = -(-problem.channels // 2) * pair + folding + stores + TILE_OVERHEAD
        cycles += tile.count * per_tile
    return cycles * rows.outputs
