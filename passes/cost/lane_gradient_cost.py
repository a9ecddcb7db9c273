"""Cycles of weight gradients made lane by lane."""

from collections.abc import Iterator
from dataclasses import dataclass

from convopt.backends.targets import CpuTarget
from convopt.convdialect.gradient_schedules import GradientScheme
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.by_pixel_cost import SHORT_RUN
from convopt.passes.cost.tile_cycles import LOAD_COST, LOAD_PORTS, LOOP_OVERHEAD
from convopt.passes.geometry.axis_tiles import Axis, carried_rows
from convopt.passes.geometry.tile_classes import ClassProfile, profile
from convopt.passes.geometry.weight_gradients import (
    FEW_REGISTERS,
    WeightGradient,
    kernel_row_groups,
)

CHAIN_SLACK = 1.25
"""Accumulators wait longer than their latency, since products do not come to them in turn: nine
were measured to take 1.08 of the time that 18 take, and three 2.3 (x86-64)."""
LOAD_INSTRUCTION_COST = 0.25
"""Cycles of a load where FMAs take no operand from memory and loads come in pairs."""
UNHIDDEN_SHARE = 0.1
"""The part of the shorter of computing and streaming that is felt beside the longer."""
ROW_COST = 0.5
"""Cycles that a tile takes for each row that it reads: another stream from the caches."""
FLUSH_COST = 6.0
"""Cycles until the sums of a row of tiles are complete, which nothing else hides."""
STRIP_ROW_COST = 2.0
"""Cycles of a row of a strip beside its products."""
LONG_SUM = 4096
"""Products in a sum beyond which the error of adding them one by one is felt."""
SPARE_OF_FEW = 3
SPARE_WITH_MEMORY_OPERANDS = {
    GradientScheme.GRAD: (2, 8),
    GradientScheme.INPUT: (3, 6),
    GradientScheme.STRIP: (2, 2),
}
SPARE = {
    GradientScheme.GRAD: (4, 11),
    GradientScheme.INPUT: (8, 9),
    GradientScheme.STRIP: (4, 4),
}
"""Registers that have to be left where tiles have one row, and where they have several; found by
counting what LLVM spills. Of few registers it is the same number everywhere."""
MOST_PIXELS = 28
MOST_ROWS = 4
MOST_SETS = 8


@dataclass(frozen=True)
class LaneTileSize:
    """What a schedule by lane asks for. Ordered as they are preferred where cycles are equal."""

    scheme: GradientScheme
    rows: int
    columns: int
    passes: int = 1
    sets: int = 1
    flush: bool = False


def lane_cycles(problem: WeightGradient, target: CpuTarget, tile: LaneTileSize) -> float | None:
    """Cycles for all blocks, or None where the tile is not legal: registers or code size.

    A single pixel, a kernel row at a time, is always legal.
    """
    blocks = -(-problem.outputs // target.lanes)
    static = problem.has_static_edges(tile.rows, tile.columns)
    is_least = tile.rows == tile.columns == tile.sets == 1 and tile.passes == problem.rows.kernel
    if not static:
        is_strip = tile.scheme is GradientScheme.STRIP
        if is_strip or tile.rows > 1 or tile.passes != problem.rows.kernel:
            return None
    if not is_least and not _fits_registers(problem, target, tile):
        return None
    groups = kernel_row_groups(problem.rows.kernel, tile.passes)
    by_pass = _strip_cycles if tile.scheme is GradientScheme.STRIP else _tile_cycles
    passes = problem.group_inputs * len(groups)
    products = problem.group_inputs * sum(by_pass(problem, target, tile, each) for each in groups)
    products += _shuffles(problem, len(groups)) / target.fma_ports
    of_image = _waiting_cycles(problem, target, tile, products, passes)
    return blocks * (problem.batch * of_image + _end_cycles(problem, target, tile))


def asks_ahead(problem: WeightGradient, target: CpuTarget, tile: LaneTileSize) -> bool:
    """Whether several passes take a row of tiles whose operands lie beyond L2.

    One pass alone waits for memory all the time, and hints do not make it faster.
    """
    is_tile = tile.scheme is not GradientScheme.STRIP
    static = problem.has_static_edges(tile.rows, tile.columns)
    if not (target.prefetches and is_tile and static and tile.flush):
        return False
    return problem.group_inputs > 1 and _all_bytes(problem, target) > target.l2_bytes


def lane_tiles(problem: WeightGradient, target: CpuTarget) -> Iterator[LaneTileSize]:
    """Candidates; those with long sums add them to the result in between."""
    kernel_rows = problem.rows.kernel
    flushes = (True,) if problem.pixels > LONG_SUM else (False, True)
    passes = [n for n in range(1, kernel_rows + 1) if _is_distinct(kernel_rows, n)]
    for scheme in problem.schemes(target.lanes):
        if scheme is GradientScheme.BROADCAST:
            continue
        most_rows = 1 if scheme is GradientScheme.STRIP else min(MOST_ROWS, problem.rows.outputs)
        for rows in range(1, most_rows + 1):
            for columns in _widths(problem.columns.outputs, MOST_PIXELS // rows):
                for count in passes:
                    for sets in range(1, min(MOST_SETS, rows * columns) + 1):
                        for flush in flushes:
                            yield LaneTileSize(scheme, rows, columns, count, sets, flush)


def _widths(columns: int, most: int) -> list[int]:
    """Columns of tiles up to `most`, each the least that makes so many tiles."""
    return sorted({-(-columns // tiles) for tiles in range(-(-columns // most), columns + 1)})


def _is_distinct(kernel_rows: int, passes: int) -> bool:
    """Whether no smaller number of passes has groups of kernel rows as small."""
    largest = -(-kernel_rows // passes)
    return passes == 1 or -(-kernel_rows // (passes - 1)) > largest


def _fits_registers(problem: WeightGradient, target: CpuTarget, tile: LaneTileSize) -> bool:
    """Whether the inner loop needs no stack."""
    spare = target.vector_registers - live_registers(problem, tile)
    if target.vector_registers < 32:
        return spare >= SPARE_OF_FEW
    table = SPARE_WITH_MEMORY_OPERANDS if target.fma_reads_memory else SPARE
    one_row, several_rows = table[tile.scheme]
    if tile.rows > 1:
        return spare >= several_rows
    is_held_back = target.vector_registers - accumulators(problem, tile) <= FEW_REGISTERS
    is_dense = target.fma_reads_memory and tile.scheme is GradientScheme.INPUT and is_held_back
    return spare >= (2 if is_dense else one_row)


def accumulators(problem: WeightGradient, tile: LaneTileSize) -> int:
    """Of the largest pass."""
    kernel_rows = len(kernel_row_groups(problem.rows.kernel, tile.passes)[0])
    return kernel_rows * problem.columns.kernel * tile.sets


def live_registers(problem: WeightGradient, tile: LaneTileSize) -> int:
    """Vector registers that are alive at once."""
    rows, columns = problem.rows, problem.columns
    kernel_rows = len(kernel_row_groups(rows.kernel, tile.passes)[0])
    sums = accumulators(problem, tile)
    if tile.scheme is GradientScheme.GRAD:
        # inputs that the next pixel takes as well, the pixel, and products on their way
        shared = max(0, columns.kernel - columns.stride) if tile.columns > 1 else 0
        return sums + shared * ((tile.rows - 1) * rows.stride + kernel_rows) + 3
    if tile.scheme is GradientScheme.INPUT:
        # pixels that an input column meets, and inputs on their way
        window = min(tile.columns, -(-columns.kernel // columns.stride))
        return sums + tile.rows * (window + 1) + 2 * (tile.columns // 9)
    held = carried_rows(Axis(rows.inputs, rows.outputs, kernel_rows, rows.stride)) + 1
    return sums + held * tile.columns + 1 + max(0, columns.kernel - 5)


def _products_cycles(target: CpuTarget, fmas: int, loads: float, sums: int) -> float:
    """Cycles of `fmas` that are added to `sums` accumulators."""
    by_memory = target.fma_reads_memory
    chain = (CHAIN_SLACK if by_memory else 1.0) * fmas / sums * target.fma_latency
    load = LOAD_COST if by_memory else LOAD_INSTRUCTION_COST
    return max(fmas / target.fma_ports, loads / LOAD_PORTS, chain) + loads * load


def _kernel_rows_axis(axis: Axis, group: range) -> Axis:
    """The axis with some of its kernel rows."""
    pad = axis.pad - group.start * axis.dilation
    return Axis(axis.inputs, axis.outputs, len(group), axis.stride, pad, axis.dilation)


def _tile_cycles(
    problem: WeightGradient, target: CpuTarget, tile: LaneTileSize, group: range
) -> float:
    """One pass over one image in the schemes `grad` and `input`."""
    sums = len(group) * problem.columns.kernel * tile.sets
    cycles = 0.0
    for row in profile(_kernel_rows_axis(problem.rows, group), tile.rows):
        of_row = FLUSH_COST + sums if tile.flush else LOOP_OVERHEAD
        for column in profile(problem.columns, tile.columns):
            loads = row.inputs * column.inputs + row.size * column.size
            products = _products_cycles(target, row.taps * column.taps, loads, sums)
            streams = ROW_COST * (row.inputs + row.size)
            of_row += column.count * (products + streams + LOOP_OVERHEAD)
        cycles += row.count * of_row
    return cycles


def _strip_cycles(
    problem: WeightGradient, target: CpuTarget, tile: LaneTileSize, group: range
) -> float:
    """One pass over one image in strips."""
    rows: tuple[ClassProfile, ...] = profile(_kernel_rows_axis(problem.rows, group), 1)
    sums = len(group) * problem.columns.kernel * tile.sets
    taps = sum(row.count * row.taps for row in rows)
    outputs, inputs = problem.rows.outputs, problem.rows.inputs
    waits = target.waits_for_short_runs and _block_bytes(problem, target) > target.l1_bytes
    row_cost = STRIP_ROW_COST + (SHORT_RUN if waits else 0.0)
    cycles = 0.0
    for column in profile(problem.columns, tile.columns):
        loads = inputs * column.inputs + outputs * column.size
        products = _products_cycles(target, taps * column.taps, loads, sums)
        end = FLUSH_COST + sums if tile.flush else LOOP_OVERHEAD
        cycles += column.count * (products + outputs * row_cost + end)
    return cycles


def _shuffles(problem: WeightGradient, groups: int) -> int:
    """Vectors of the gradient that change lanes, in all masks but the first."""
    pixels = problem.rows.outputs * problem.columns.outputs
    return (problem.group_inputs - 1) * groups * pixels


def _waiting_cycles(
    problem: WeightGradient, target: CpuTarget, tile: LaneTileSize, products: float, passes: int
) -> float:
    """Cycles of all passes over a block of an image, with those in which its operands arrive.

    The first pass waits for where they all lie. If it takes the whole image, the others wait for
    the cache that keeps a block.
    """
    block = _block_bytes(problem, target)
    far = _cycles_from_cache(block, _all_bytes(problem, target), target)
    near = 0.0 if tile.flush else _cycles_from_cache(block, problem.batch * block, target)
    if asks_ahead(problem, target, tile):
        return _overlapped(products, far)
    one = products / passes
    return _overlapped(one, far) + (passes - 1) * _overlapped(one, near)


def _overlapped(products: float, streamed: float) -> float:
    return max(products, streamed) + UNHIDDEN_SHARE * min(products, streamed)


def _all_bytes(problem: WeightGradient, target: CpuTarget) -> int:
    """Of all blocks of all images."""
    blocks = -(-problem.outputs // target.lanes)
    return problem.batch * blocks * _block_bytes(problem, target)


def _block_bytes(problem: WeightGradient, target: CpuTarget) -> int:
    """Of one block of channels of one image, input and gradient."""
    rows, columns = problem.rows, problem.columns
    pixels = rows.inputs * columns.inputs + rows.outputs * columns.outputs
    return pixels * target.lanes * FLOAT_BYTES


def _cycles_from_cache(needed: int, kept: int, target: CpuTarget) -> float:
    """Cycles in which `needed` bytes arrive from the cache that keeps as many as `kept`."""
    if kept <= target.l1_bytes:
        return 0.0
    rate = target.l2_gbs if kept <= target.l2_bytes else _far_gbs(target)
    return needed * target.frequency_ghz / rate


def _far_gbs(target: CpuTarget) -> float:
    return target.l3_gbs if target.l3_bytes else target.dram_gbs


def _end_cycles(problem: WeightGradient, target: CpuTarget, tile: LaneTileSize) -> float:
    """Of a block: sets are added up, masks become channels, results are stored."""
    results = problem.group_inputs * problem.taps
    cycles = results * (1.0 + (tile.sets - 1) / target.fma_ports)
    if problem.group_inputs > 1:
        cycles += results * problem.group_inputs
    return cycles
