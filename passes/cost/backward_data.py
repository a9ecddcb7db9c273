"""Cycles of depthwise backward data: by-pixel schemes on a gradient whose pixels stand apart."""

from collections.abc import Iterator

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.schedules import TileScheme
from convopt.passes.cost.by_pixel_cost import (
    MOST_COLUMNS,
    SHORT_RUN,
    STRIP_ROW_COST,
    ByPixelProblem,
    rotate_cycles,
    rotate_tiles,
    strip_cycles,
    strip_tiles,
)
from convopt.passes.cost.tile_cycles import tile_cycles, usable_registers
from convopt.passes.geometry.schemes import backward_axes_of, is_depthwise_gradient
from convopt.passes.geometry.tile_classes import profile

MOST_SPREAD_COLUMNS = 2 * MOST_COLUMNS

Sized = tuple[TileScheme, int, int, int]
"""Scheme, rows, columns, vectors."""


def backward_problem(op: BackwardDataOp) -> ByPixelProblem | None:
    """One block of channels of one image; None where the op is not depthwise."""
    if not is_depthwise_gradient(op):
        return None
    return ByPixelProblem(*backward_axes_of(op), 1)


def backward_costs(
    problem: ByPixelProblem, target: CpuTarget
) -> Iterator[tuple[Sized, float | None]]:
    """Every tile, with its cycles for one block or None where it is not legal."""
    apart = (problem.rows.base_dilation, problem.columns.base_dilation)
    if apart == (1, 1):
        for rows, columns in rotate_tiles(problem, target):
            yield (
                (TileScheme.ROTATE, rows, columns, 1),
                rotate_cycles(problem, target, rows, columns),
            )
        for columns in strip_tiles(problem):
            yield (TileScheme.STRIP, 1, columns, 1), strip_cycles(problem, target, columns)
        return
    for columns in _multiples(apart[1], problem.columns.outputs):
        for rows in _multiples(apart[0], problem.rows.outputs):
            if rows * columns <= MOST_SPREAD_COLUMNS:
                cycles = rotate_cycles(problem, target, rows, columns)
                yield (TileScheme.ROTATE, rows, columns, 1), cycles
        yield (TileScheme.STRIP, 1, columns, 1), spread_strip_cycles(problem, target, columns)


def spread_strip_cycles(problem: ByPixelProblem, target: CpuTarget, columns: int) -> float | None:
    """Cycles for one block, or None where accumulators and weights do not fit the registers.

    Output rows are complete before others are begun, so that only those count that wait for another
    input row.
    """
    rows, apart = problem.rows, problem.rows.base_dilation
    waiting = max(1, (rows.kernel - 1) * rows.dilation + 1 - apart)
    pixels = max(each.inputs for each in profile(problem.columns, columns))
    limit = usable_registers(target) if target.fma_reads_memory else target.vector_registers - 1
    if waiting * columns + problem.taps + pixels + 1 > limit:
        return None
    image_bytes = 4 * target.lanes * rows.outputs * problem.columns.outputs
    waits = target.waits_for_short_runs and image_bytes > target.l1_bytes
    per_row = STRIP_ROW_COST + (apart * SHORT_RUN if waits else 0.0)
    cycles = 0.0
    rows_of_taps = sum(each.count * each.taps for each in profile(rows, 1))
    for tile in profile(problem.columns, columns):
        fmas = rows_of_taps * tile.taps
        loads = rows.inputs * tile.inputs
        work = tile_cycles(target, fmas, loads, (waiting + 1) * tile.size)
        cycles += tile.count * (work + rows.inputs * per_row)
    return cycles


def _multiples(unit: int, outputs: int) -> range:
    """Sizes of tiles whose outputs begin where an input stands."""
    most = min(MOST_SPREAD_COLUMNS, -(-outputs // unit) * unit)
    return range(unit, most + 1, unit)
