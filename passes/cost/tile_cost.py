"""Cycles of a convolution for a register tile: the model by which tiles are chosen.

A tile's inner loop is bounded by the FMA ports, by the load ports, or by the latency of the chain
of FMAs into one accumulator. Pure functions of shapes and a target's data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from convopt.backends.targets import CpuTarget
from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis

LOAD_PORTS = 2
LOAD_COST = 0.1
"""Cycles that a load costs beside its port: instruction issue, and waiting for the cache."""
TILE_OVERHEAD = 6.0
"""Cycles to start and finish a tile: loop control, address arithmetic, filling the pipeline."""
LOOP_OVERHEAD = 2.0
"""Cycles of an iteration's counter and branch that nothing else hides."""
STATIC_FMA_LIMIT = 3000
"""FMAs in a kernel's text beyond which edges are not unrolled (code of about 24 KiB)."""


@dataclass(frozen=True)
class RotateProblem:
    """One image block of a depthwise or grouped convolution in the rotate scheme."""

    rows: Axis
    columns: Axis
    group_channels: int


@dataclass(frozen=True)
class BroadcastProblem:
    """One image of a convolution in the broadcast scheme.

    `channels` input channels are read by every output; the outputs are `output_vectors` vectors.
    `whole_vectors` says that input channels are read a vector at a time where FMAs can index.
    """

    rows: Axis
    columns: Axis
    channels: int
    output_vectors: int
    collapsible: bool
    whole_vectors: bool


@dataclass(frozen=True)
class ClassProfile:
    """What the cost of a tile class depends on: tiles, outputs, valid taps, distinct inputs."""

    count: int
    size: int
    taps: int
    inputs: int


@lru_cache(maxsize=8192)
def profile(axis: Axis, tile: int) -> tuple[ClassProfile, ...]:
    """The classes of an axis cut into tiles."""
    return tuple(_class_profile(axis, each) for each in tile_axis(axis, tile))


def _class_profile(axis: Axis, tile: TileClass) -> ClassProfile:
    offsets = {
        output * axis.stride + tap * axis.dilation
        for output, taps in enumerate(tile.valid)
        for tap, is_valid in enumerate(taps)
        if is_valid
    }
    return ClassProfile(tile.count, tile.size, sum(map(sum, tile.valid)), len(offsets))


def usable_registers(target: CpuTarget) -> int:
    """Vector registers that the allocator fills before it spills.

    An x86 FMA takes one operand from memory; elsewhere loads in flight need registers of their own.
    """
    return target.vector_registers - (1 if target.arch == "x86_64" else 4)


def weights_fit_registers(target: CpuTarget, taps: int, accumulators: int) -> bool:
    """Whether a depthwise kernel's weights can stay in registers across tiles."""
    return accumulators + taps + 2 <= usable_registers(target) - 4


def rotate_cycles(
    problem: RotateProblem, target: CpuTarget, rows: int, columns: int
) -> float | None:
    """Cycles for one block, or None where the tile is not legal: registers or code size."""
    accumulators = rows * columns
    axis_rows, axis_columns = problem.rows, problem.columns
    taps = axis_rows.kernel * axis_columns.kernel
    live_weights = min(rows, axis_rows.kernel) * axis_columns.kernel
    if problem.group_channels == 1 and weights_fit_registers(target, taps, accumulators):
        live_weights = taps
    if accumulators + live_weights + 2 > usable_registers(target) - 4 and accumulators > 8:
        return None
    column_classes = profile(axis_columns, columns)
    if rows == 1:
        return _run_time_rows_cycles(problem, target, column_classes)
    row_classes = profile(axis_rows, rows)
    text = sum(row.taps for row in row_classes) * sum(column.taps for column in column_classes)
    if text > STATIC_FMA_LIMIT:
        return None
    held = weights_fit_registers(target, taps, accumulators) and problem.group_channels == 1
    cycles = 0.0
    for row in row_classes:
        for column in column_classes:
            fmas = row.taps * column.taps
            loads = row.inputs * column.inputs
            outputs = row.size * column.size
            one_pass = _pass_cycles(
                target, fmas, loads + (0 if held else taps), outputs, problem.group_channels
            )
            tile = problem.group_channels * one_pass + TILE_OVERHEAD
            cycles += row.count * column.count * tile
    return cycles


def _pass_cycles(
    target: CpuTarget, fmas: int, loads: int, outputs: int, group_channels: int
) -> float:
    rotations = outputs if group_channels > 1 else 0
    ports = (fmas + rotations) / target.fma_ports
    chain = fmas / outputs * target.fma_latency
    return max(ports, loads / LOAD_PORTS, chain) + loads * LOAD_COST


def _run_time_rows_cycles(
    problem: RotateProblem, target: CpuTarget, column_classes: tuple[ClassProfile, ...]
) -> float:
    rows, columns = problem.rows, problem.columns
    kernel_rows = sum(
        0 <= rows.input_of(o, k) < rows.inputs
        for o in range(rows.outputs)
        for k in range(rows.kernel)
    )
    cycles = 0.0
    for tile in column_classes:
        loads = tile.inputs + columns.kernel
        one_pass = _pass_cycles(target, tile.taps, loads, tile.size, problem.group_channels)
        per_kernel_row = (one_pass + LOOP_OVERHEAD) * problem.group_channels
        cycles += tile.count * (kernel_rows * per_kernel_row + rows.outputs * TILE_OVERHEAD)
    return cycles


def broadcast_registers(
    problem: BroadcastProblem, target: CpuTarget, pixels: int, vectors: int
) -> int:
    """Vector registers of the inner loop; neighbouring taps keep the pixels they share."""
    axis = problem.columns
    inputs = 1 if axis.kernel == 1 else pixels
    if target.indexed_fma and problem.whole_vectors:
        inputs = (pixels - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1
    return pixels * vectors + vectors + inputs


def broadcast_cycles(
    problem: BroadcastProblem, target: CpuTarget, pixels: int, vectors: int
) -> float | None:
    """Cycles for one image, or None where the tile needs too many registers."""
    if broadcast_registers(problem, target, pixels, vectors) > usable_registers(target):
        return None
    rows, columns = problem.rows, problem.columns
    if problem.collapsible:
        count = rows.outputs * columns.outputs
        rows, columns = Axis(1, 1, 1), Axis(count, count, 1)
    indexed = target.indexed_fma and problem.whole_vectors
    cycles = 0.0
    for tile in profile(columns, pixels):
        taps = tile.taps
        values = tile.inputs / target.lanes if indexed else float(taps)
        loads = values + columns.kernel * vectors
        fmas = taps * vectors
        chain = taps / tile.size * target.fma_latency
        channel = max(fmas / target.fma_ports, loads / LOAD_PORTS, chain) + loads * LOAD_COST
        per_tile = rows.kernel * problem.channels * channel + TILE_OVERHEAD + tile.size * vectors
        cycles += tile.count * per_tile
    return cycles * rows.outputs * (problem.output_vectors // vectors)


def rotate_tiles(problem: RotateProblem) -> Iterator[tuple[int, int]]:
    """Candidate (rows, columns)."""
    for rows in range(1, min(4, problem.rows.outputs) + 1):
        for columns in range(1, min(16, problem.columns.outputs) + 1):
            if rows * columns <= 20:
                yield rows, columns


def broadcast_tiles(problem: BroadcastProblem, target: CpuTarget) -> Iterator[tuple[int, int]]:
    """Candidate (pixels, vectors); the vectors divide the output's."""
    pixels_of_image = problem.columns.outputs
    if problem.collapsible:
        pixels_of_image *= problem.rows.outputs
    for vectors in range(1, min(16, problem.output_vectors) + 1):
        if problem.output_vectors % vectors:
            continue
        most = min(target.vector_registers // vectors, pixels_of_image)
        for pixels in range(1, most + 1):
            if pixels == pixels_of_image or pixels * vectors >= target.fma_ports:
                yield pixels, vectors
