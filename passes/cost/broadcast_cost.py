"""Cycles of the broadcast scheme: pixels times vectors of output channels."""

from collections.abc import Iterator
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.tile_cycles import (
    TILE_OVERHEAD,
    tile_cycles,
    usable_registers,
)
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.geometry.schemes import collapsed, is_collapsible
from convopt.passes.geometry.tile_classes import profile
from convopt.passes.geometry.tile_code import PIXELS_IN_FLIGHT

HIDDEN_STREAM = 0.6
"""The part of a channel's cycles in which its weights arrive from L2 unnoticed."""
LARGE_BLOCK_SLOWDOWN = 1.1
"""Measured where the weights of one block of outputs are more than an eighth of L2: every tile
reads them again, beside the next block's that arrive."""
BROADCASTS_IN_FLIGHT = 4
"""More registers that LLVM fills with broadcast pixels where each is used but once."""


@dataclass(frozen=True)
class BroadcastProblem:
    """One image of a convolution; `reads_blocks` says that its input lies in channel blocks.

    `by_rows`: rows are computed apart, as in a fused module, also where they could be one.
    """

    rows: Axis
    columns: Axis
    channels: int
    outputs: int
    groups: int
    reads_blocks: bool
    by_rows: bool = False

    @property
    def loop_axes(self) -> tuple[Axis, Axis]:
        """Rows and columns as the kernel's loops see them."""
        if self.by_rows or not is_collapsible(self.rows, self.columns):
            return self.rows, self.columns
        return collapsed(self.rows, self.columns)

    def output_vectors(self, target: CpuTarget) -> int:
        """Vectors of output channels, the last perhaps not full."""
        return -(-self.outputs // target.lanes)

    def read_channels(self, target: CpuTarget, vectors: int) -> InputChannels:
        """The input channels that a tile's outputs read."""
        return InputChannels.of(self.channels, self.outputs, self.groups, vectors * target.lanes)

    def reads_vectors(self, target: CpuTarget, vectors: int) -> bool:
        """Whether every tile's input channels start at a whole vector."""
        read = self.read_channels(target, vectors)
        whole_vectors = read.count == read.total or read.group_inputs % target.lanes == 0
        return self.reads_blocks and whole_vectors

    def indexes_lanes(self, target: CpuTarget, vectors: int) -> bool:
        """Whether pixels are read as vectors of channels, whose lanes are operands of the FMA."""
        return target.indexed_fma and self.reads_vectors(target, vectors)


def takes_weights_first(
    problem: BroadcastProblem, target: CpuTarget, pixels: int, vectors: int
) -> bool:
    """Whether to hold the weights of a vector of channels, or else a tile's pixels.

    Where an FMA can index a lane, one of the two stays in registers while the other streams by:
    whichever is less.
    """
    is_1x1 = problem.columns.kernel == problem.rows.kernel == 1
    if not (is_1x1 and problem.indexes_lanes(target, vectors)):
        return False
    return target.lanes * vectors + PIXELS_IN_FLIGHT <= vectors + pixels


def fits_registers(problem: BroadcastProblem, target: CpuTarget, pixels: int, vectors: int) -> bool:
    """Whether the inner loop needs no stack; limits found by counting what LLVM spills."""
    axis = problem.columns
    accumulators = pixels * vectors
    if takes_weights_first(problem, target, pixels, vectors):
        held = target.lanes * vectors + PIXELS_IN_FLIGHT
        return accumulators + held <= target.vector_registers
    if problem.indexes_lanes(target, vectors):
        inputs = (pixels - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
        return accumulators + vectors + inputs <= target.vector_registers - 1
    inputs = 1 if axis.kernel == 1 else pixels  # neighbouring taps keep the pixels they share
    if target.fma_broadcasts_memory:
        return accumulators + vectors + inputs <= target.vector_registers - 1
    if vectors == 1:
        inputs += BROADCASTS_IN_FLIGHT
        if not problem.reads_vectors(target, vectors):
            inputs += 1  # addresses of single channels leave more loads to the scheduler
    limit = target.vector_registers - 1 if target.fma_reads_memory else usable_registers(target)
    return accumulators + vectors + inputs <= limit


def broadcast_cycles(
    problem: BroadcastProblem, target: CpuTarget, pixels: int, vectors: int
) -> float | None:
    """Cycles for one image, or None where the tile needs too many registers.

    A single accumulator is always legal: where registers are few, it is what is left.
    """
    if pixels * vectors > 1 and not fits_registers(problem, target, pixels, vectors):
        return None
    rows, columns = problem.loop_axes
    channels = problem.read_channels(target, vectors).count
    weights = FLOAT_BYTES * columns.kernel * vectors * target.lanes
    block = rows.kernel * channels * weights
    slowdown = LARGE_BLOCK_SLOWDOWN if block > target.l2_bytes // 8 else 1.0
    stream = weights * target.frequency_ghz / target.l2_gbs if 2 * block > target.l1_bytes else 0.0
    indexed = problem.indexes_lanes(target, vectors)
    cycles = 0.0
    for tile in profile(columns, pixels):
        values = tile.inputs / target.lanes if indexed else float(tile.taps)
        loads = values + columns.kernel * vectors
        channel = tile_cycles(target, tile.taps * vectors, loads, tile.size * vectors)
        channel += max(0.0, stream - HIDDEN_STREAM * channel)
        per_tile = rows.kernel * channels * channel + TILE_OVERHEAD + tile.size * vectors
        cycles += tile.count * per_tile
    return slowdown * cycles * rows.outputs * (problem.output_vectors(target) // vectors)


def broadcast_tiles(problem: BroadcastProblem, target: CpuTarget) -> Iterator[tuple[int, int]]:
    """Candidate (pixels, vectors); the vectors divide the output's."""
    pixels_of_row = problem.loop_axes[1].outputs
    output_vectors = problem.output_vectors(target)
    for vectors in range(1, min(16, output_vectors) + 1):
        if output_vectors % vectors:
            continue
        most = min(target.vector_registers // vectors, pixels_of_row)
        for pixels in range(1, most + 1):
            is_smallest = pixels * vectors == 1
            if is_smallest or pixels == pixels_of_row or pixels * vectors >= target.fma_ports:
                yield pixels, vectors
