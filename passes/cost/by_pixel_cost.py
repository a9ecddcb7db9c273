"""Cycles of the schemes whose accumulators are one vector of channels a pixel: rotate and strip."""

from collections.abc import Iterator
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.passes.cost.tile_cycles import (
    LOOP_OVERHEAD,
    TILE_OVERHEAD,
    tile_cycles,
    usable_registers,
)
from convopt.passes.geometry.axis_tiles import Axis, carried_rows
from convopt.passes.geometry.tile_classes import profile
from convopt.passes.geometry.tile_code import UNROLLED_PASSES, has_static_edges

CHANNELS_ROTATED_BY_ONE_SHUFFLE = 4
"""A wider rotation crosses 128 bits and takes its lane numbers from a register."""
MOST_ACCUMULATORS = 16
MOST_COLUMNS = 14
MOST_ROWS = 4
MOST_ROWS_WITHOUT_MEMORY_OPERANDS = 2
"""Where FMAs take no operand from memory: more rows keep the weights of all kernel rows alive, and
LLVM spills although there are registers enough."""
REGISTERS_OF_STRIDED_STAGES = 4
"""More than a kernel on its own needs: where rows lie is computed in between, and LLVM then keeps
pixels that two taps read, found by counting spills."""
ROW_COST = 1.5
"""Cycles that a tile takes for each input row that it touches: another stream from the caches."""
RELOAD_COST = 8.0
"""Cycles that a depthwise tile waits for weights that did not stay in registers."""
STRIP_ROW_COST = 5.0
"""The same for each output row of a strip, with the loop's own cycles."""
SHORT_RUN = 20.0
"""Cycles that a strip waits for each row of an image that L1 does not hold, on a target that waits
for short runs (measured on x86-64)."""


@dataclass(frozen=True)
class ByPixelProblem:
    """One block of channels of one image of a depthwise or grouped convolution.

    `epilogue_constants` says whether the epilogue has any, which take a register. `by_rows`: the
    kernel is a stage of a fused module, which computes where rows lie.
    """

    rows: Axis
    columns: Axis
    group_channels: int
    epilogue_constants: bool = False
    by_rows: bool = False

    @property
    def taps(self) -> int:
        return self.rows.kernel * self.columns.kernel


def holds_weights(problem: ByPixelProblem, target: CpuTarget, rows: int, columns: int) -> bool:
    """Whether a rotate kernel keeps its weights in registers from tile to tile."""
    return (
        problem.group_channels == 1
        and has_static_edges(problem.rows, problem.columns, (rows, columns))
        and rows * columns + problem.taps + 2 <= usable_registers(target) - 2
    )


def rotate_registers(problem: ByPixelProblem, target: CpuTarget, rows: int, columns: int) -> int:
    """Vector registers that are alive at once in a rotate kernel's tile."""
    kernel_rows = min((rows - 1) * problem.rows.stride + 1, problem.rows.kernel)
    weights = kernel_rows * problem.columns.kernel
    if holds_weights(problem, target, rows, columns):
        weights = problem.taps
    lane_numbers = 2 if problem.group_channels > CHANNELS_ROTATED_BY_ONE_SHUFFLE else 0
    others = 1 + _inputs_in_flight(problem, target, columns) + lane_numbers
    if problem.by_rows and problem.columns.stride > 1:
        others += REGISTERS_OF_STRIDED_STAGES
    return rows * columns + weights + others


def _inputs_in_flight(problem: ByPixelProblem, target: CpuTarget, columns: int) -> int:
    """Registers of inputs: one where an FMA reads memory, else a row's, loaded before its use."""
    if target.fma_reads_memory:
        return 1 if problem.group_channels == 1 else 2
    return (columns - 1) * problem.columns.stride + problem.columns.kernel


def _fits_registers(problem: ByPixelProblem, target: CpuTarget, rows: int, columns: int) -> bool:
    """Whether a rotate kernel's tile needs no stack; limits found by counting what LLVM spills."""
    limit = usable_registers(target)
    if not target.fma_reads_memory:
        # two passes stand in the loop over tiles, which keeps an epilogue's constants, too
        keeps_constants = problem.group_channels == UNROLLED_PASSES and problem.epilogue_constants
        limit += 1 if keeps_constants else 2
    return rotate_registers(problem, target, rows, columns) <= limit


def rotate_cycles(
    problem: ByPixelProblem, target: CpuTarget, rows: int, columns: int
) -> float | None:
    """Cycles for one block, or None where the tile is not legal: registers or code size.

    The smallest tile, mostly a pixel, is always legal: where registers are few, it is what is left.
    """
    smallest = problem.rows.base_dilation * problem.columns.base_dilation
    if rows * columns > smallest and not _fits_registers(problem, target, rows, columns):
        return None
    if not has_static_edges(problem.rows, problem.columns, (rows, columns)):
        return None if rows > 1 else _run_time_rows_cycles(problem, target, columns)
    weights, reload = problem.taps, 0.0
    if holds_weights(problem, target, rows, columns):
        weights = 0
    elif problem.group_channels == 1:
        reload = RELOAD_COST
    cycles = 0.0
    for row in profile(problem.rows, rows):
        for column in profile(problem.columns, columns):
            loads = row.inputs * column.inputs + weights
            outputs = row.size * column.size
            one_pass = _pass_cycles(problem, target, row.taps * column.taps, loads, outputs)
            tile = (
                problem.group_channels * one_pass + TILE_OVERHEAD + row.inputs * ROW_COST + reload
            )
            cycles += row.count * column.count * tile
    return cycles


def _pass_cycles(
    problem: ByPixelProblem, target: CpuTarget, fmas: int, loads: int, outputs: int
) -> float:
    """One pass over a tile; a rotation costs the FMA ports as much as an FMA."""
    rotations = outputs if problem.group_channels > 1 else 0
    return tile_cycles(target, fmas, loads, outputs) + rotations / target.fma_ports


def _run_time_rows_cycles(problem: ByPixelProblem, target: CpuTarget, columns: int) -> float:
    rows = problem.rows
    kernel_rows = sum(
        0 <= rows.input_of(o, k) < rows.inputs
        for o in range(rows.outputs)
        for k in range(rows.kernel)
    )
    cycles = 0.0
    for tile in profile(problem.columns, columns):
        loads = tile.inputs + problem.columns.kernel
        one_pass = _pass_cycles(problem, target, tile.taps, loads, tile.size)
        per_kernel_row = (one_pass + LOOP_OVERHEAD) * problem.group_channels
        cycles += tile.count * (kernel_rows * per_kernel_row + rows.outputs * TILE_OVERHEAD)
    return cycles


def strip_cycles(problem: ByPixelProblem, target: CpuTarget, columns: int) -> float | None:
    """Cycles for one block, or None where accumulators and weights do not fit the registers."""
    alive = carried_rows(problem.rows) + 1
    if problem.group_channels > 1 or problem.rows.dilation > 1:
        return None
    inputs = _inputs_in_flight(problem, target, columns) // 2
    limit = usable_registers(target)
    if not target.fma_reads_memory:
        limit = target.vector_registers - problem.epilogue_constants
    if alive * columns + problem.taps + 1 + inputs > limit:
        return None
    rows_of_taps = sum(each.count * each.taps for each in profile(problem.rows, 1))
    image_bytes = 4 * target.lanes * problem.rows.inputs * problem.columns.inputs
    waits = target.waits_for_short_runs and image_bytes > target.l1_bytes
    per_row = STRIP_ROW_COST + (SHORT_RUN if waits else 0.0)
    cycles = 0.0
    for tile in profile(problem.columns, columns):
        fmas = rows_of_taps * tile.taps
        loads = problem.rows.inputs * tile.inputs
        work = tile_cycles(target, fmas, loads, alive * tile.size)
        cycles += tile.count * (work + problem.rows.outputs * per_row)
    return cycles


def rotate_tiles(problem: ByPixelProblem, target: CpuTarget) -> Iterator[tuple[int, int]]:
    """Candidate (rows, columns)."""
    most_rows = MOST_ROWS if target.fma_reads_memory else MOST_ROWS_WITHOUT_MEMORY_OPERANDS
    for rows in range(1, min(most_rows, problem.rows.outputs) + 1):
        for columns in range(1, min(MOST_COLUMNS, problem.columns.outputs) + 1):
            if rows * columns <= MOST_ACCUMULATORS:
                yield rows, columns


def strip_tiles(problem: ByPixelProblem) -> range:
    """Candidate columns."""
    return range(1, min(MOST_COLUMNS, problem.columns.outputs) + 1)
