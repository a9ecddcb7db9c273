"""Kernels and fused modules walked access by access, and a cache played on the walk.

An instrumented execution of the loops that kernels consist of, without the arithmetic: it counts
what the memory model of `convopt.passes.cost.memory_access` predicts.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import Operand, Phase
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.fused_phases import Halo
from convopt.passes.geometry.axis_tiles import Axis, balanced_sizes
from convopt.passes.geometry.input_channels import InputChannels


class Step(NamedTuple):
    """One load or store: an operand's elements `at`, or a multiply-add."""

    operand: Operand | None
    at: tuple[Any, ...]
    elements: int
    is_store: bool = False


FMA = Step(None, (), 0)


def tiles_of(outputs: int, tile: int) -> Iterator[range]:
    start = 0
    for size, count in balanced_sizes(outputs, tile):
        for _ in range(count):
            yield range(start, start + size)
            start += size


def reads(axis: Axis, outputs: range) -> dict[int, list[tuple[int, int]]]:
    """Input position -> (output, tap) pairs that read it."""
    found: dict[int, list[tuple[int, int]]] = {}
    for output in outputs:
        for tap in range(axis.kernel):
            at = axis.input_of(output, tap)
            if 0 <= at < axis.inputs:
                found.setdefault(at, []).append((output, tap))
    return dict(sorted(found.items()))


def walk(kernel: CpuKernel, rows: range | None = None, name: str = "") -> Iterator[Step]:
    rows = range(kernel.conv.rows.outputs) if rows is None else rows
    if isinstance(kernel.tile, RotateTile):
        return walk_rotate(kernel, kernel.tile, rows, name)
    if isinstance(kernel.tile, StripTile):
        return walk_strip(kernel, kernel.tile)
    return walk_broadcast(kernel, kernel.tile, rows, name)


def walk_rotate(kernel: CpuKernel, tile: RotateTile, rows: range, name: str) -> Iterator[Step]:
    conv = kernel.conv
    for block in range(kernel.output_blocks):
        if tile.holds_weights:
            yield from (
                Step(Operand.WEIGHTS, (name, block, 0, kh, kw), kernel.lanes)
                for kh in range(conv.rows.kernel)
                for kw in range(conv.columns.kernel)
            )
        for tile_rows in tiles_of(len(rows), tile.rows):
            ys = range(rows.start + tile_rows.start, rows.start + tile_rows.stop)
            for xs in tiles_of(conv.columns.outputs, tile.columns):
                if kernel.epilogue.starts:
                    yield Step(Operand.EXTRA, (name, "bias", block), kernel.lanes)
                for number in range(conv.group_inputs):
                    loaded = set()
                    for y, row_uses in reads(conv.rows, ys).items():
                        for x, column_uses in reads(conv.columns, xs).items():
                            yield Step(Operand.INPUT, (block, y, x), kernel.lanes)
                            for _, kh in row_uses:
                                for _, kw in column_uses:
                                    if (kh, kw) not in loaded and not tile.holds_weights:
                                        loaded.add((kh, kw))
                                        at = (name, block, number, kh, kw)
                                        yield Step(Operand.WEIGHTS, at, kernel.lanes)
                                    yield FMA
                yield from finish(kernel, [(block, y, x) for y in ys for x in xs], name)


def finish(kernel: CpuKernel, places: list[tuple[int, int, int]], name: str) -> Iterator[Step]:
    for at in places:
        for extra in range(kernel.epilogue.channel_operands):
            yield Step(Operand.EXTRA, (name, "channel", extra, at[0]), kernel.lanes)
        for extra in range(kernel.epilogue.tensor_operands):
            yield Step(Operand.EXTRA, (name, "tensor", extra, *at), kernel.lanes)
        yield Step(Operand.OUTPUT, at, kernel.lanes, is_store=True)


def walk_strip(kernel: CpuKernel, tile: StripTile) -> Iterator[Step]:
    conv = kernel.conv
    for block in range(kernel.output_blocks):
        for kh in range(conv.rows.kernel):
            for kw in range(conv.columns.kernel):
                yield Step(Operand.WEIGHTS, (block, kh, kw), kernel.lanes)
        if kernel.epilogue.starts:
            yield Step(Operand.EXTRA, ("", "bias", block), kernel.lanes)
        for xs in tiles_of(conv.columns.outputs, tile.columns):
            loaded: set[int] = set()
            for output in range(conv.rows.outputs):
                for kh in range(conv.rows.kernel):
                    y = conv.rows.input_of(output, kh)
                    if not 0 <= y < conv.rows.inputs:
                        continue
                    for x, uses in reads(conv.columns, xs).items():
                        if y not in loaded:
                            yield Step(Operand.INPUT, (block, y, x), kernel.lanes)
                        yield from [FMA] * len(uses)
                    loaded.add(y)
                yield from finish(kernel, [(block, output, x) for x in xs], "")


def walk_broadcast(
    kernel: CpuKernel, tile: BroadcastTile, rows: range, name: str
) -> Iterator[Step]:
    conv, lanes = kernel.conv, kernel.lanes
    width = conv.columns.inputs
    read = InputChannels.of(conv.channels, conv.outputs, conv.groups, tile.vectors * lanes)
    for block in range(kernel.output_blocks // tile.vectors):
        first = read.first(block)
        places: Iterator[tuple[range, range]]
        if kernel.is_collapsed:
            pixels = range(rows.start * width, rows.stop * width)
            places = (
                (range(0), range(pixels.start + t.start, pixels.start + t.stop))
                for t in tiles_of(len(pixels), tile.columns)
            )
        else:
            places = (
                (range(y, y + 1), xs)
                for y in rows
                for xs in tiles_of(conv.columns.outputs, tile.columns)
            )
        for ys, xs in places:
            if kernel.epilogue.starts:
                for v in range(tile.vectors):
                    yield Step(Operand.EXTRA, (name, "bias", block, v), kernel.lanes)
            if kernel.is_collapsed:
                kernel_rows = {0: 0}
                uses = {pixel: [(pixel, 0)] for pixel in xs}
            else:
                kernel_rows = {at: taps[0][1] for at, taps in reads(conv.rows, ys).items()}
                uses = reads(conv.columns, xs)
            for y, kh in kernel_rows.items():
                yield from walk_channels(kernel, tile, name, block, first, read.count, y, kh, uses)
            outputs = (
                [divmod(pixel, width) for pixel in xs]
                if kernel.is_collapsed
                else [(y, x) for y in ys for x in xs]
            )
            yield from finish(
                kernel,
                [(block * tile.vectors + v, y, x) for y, x in outputs for v in range(tile.vectors)],
                name,
            )


def walk_channels(
    kernel: CpuKernel,
    tile: BroadcastTile,
    name: str,
    block: int,
    first: int,
    count: int,
    y: int,
    kh: int,
    uses: dict[int, list[tuple[int, int]]],
) -> Iterator[Step]:
    lanes, width = kernel.lanes, kernel.conv.columns.inputs

    def pixel(x: int) -> tuple[int, int]:
        return divmod(x, width) if kernel.is_collapsed else (y, x)

    taps = sorted({kw for pairs in uses.values() for _, kw in pairs})
    for channel in range(first, first + count):
        vector, lane = divmod(channel, lanes)
        if tile.loads_vectors and (channel - first) % lanes == 0:
            for x in uses:
                yield Step(Operand.INPUT, (vector, *pixel(x)), kernel.lanes)
        for kw in taps:
            for v in range(tile.vectors):
                yield Step(Operand.WEIGHTS, (name, block, kh, channel, kw, v), kernel.lanes)
        for x, pairs in uses.items():
            if not tile.loads_vectors:
                yield Step(Operand.INPUT, (vector, *pixel(x), lane), elements=1)
            yield from [FMA] * (len(pairs) * tile.vectors)


def counted(steps: Sequence[Step]) -> tuple[int, int, int, Counter[Operand]]:
    """Multiply-adds, loads, stores, and elements of each operand."""
    elements: Counter[Operand] = Counter()
    for step in steps:
        if step.operand is not None:
            elements[step.operand] += step.elements
    stores = sum(step.is_store for step in steps)
    fmas = sum(step.operand is None for step in steps)
    return fmas, len(steps) - fmas - stores, stores, elements


def missed(steps: Iterable[Step], capacity: float) -> Counter[Operand]:
    """Elements that a cache fetches that forgets what was touched longest ago."""
    cache: OrderedDict[tuple[Any, ...], int] = OrderedDict()
    size = 0
    misses: Counter[Operand] = Counter()
    for step in steps:
        if step.operand is None:
            continue
        key = (step.operand, *step.at)
        if key in cache:
            cache.move_to_end(key)
            continue
        misses[step.operand] += step.elements
        cache[key] = FLOAT_BYTES * step.elements
        size += FLOAT_BYTES * step.elements
        while size > capacity:
            size -= cache.popitem(last=False)[1]
    return misses


def walk_module(stages: Sequence[CpuKernel], band: int, halo: Halo) -> Iterator[Step]:
    """Bands of the last stage's rows; each intermediate in a ring of as many rows as are wanted."""
    bands = list(rows_of_bands([stage.conv.rows for stage in stages], band, halo))
    rings = [
        max(len(reads(consumer.conv.rows, rows[number])) for rows in bands)
        for number, consumer in enumerate(stages[1:], 1)
    ]
    by_rows = [replace(stage, by_rows=True) for stage in stages]
    for rows in bands:
        for number, stage in enumerate(by_rows):
            for step in walk(stage, rows[number], str(number)) if rows[number] else ():
                if step.operand is Operand.INPUT and number > 0:
                    yield in_ring(step, number - 1, rings[number - 1])
                elif step.operand is Operand.OUTPUT and number < len(stages) - 1:
                    yield in_ring(step, number, rings[number])
                else:
                    yield step


def rows_of_bands(axes: list[Axis], band: int, halo: Halo) -> Iterator[list[range]]:
    made = [0] * len(axes)
    for start in range(0, axes[-1].outputs, band):
        wanted = range(start, min(start + band, axes[-1].outputs))
        rows: list[range] = []
        for axis, before in zip(reversed(axes), reversed(made), strict=True):
            first = max(wanted.start, before) if halo is Halo.KEPT else wanted.start
            rows.insert(0, range(min(first, wanted.stop), wanted.stop))
            touched = list(reads(axis, rows[0]))
            wanted = range(touched[0], touched[-1] + 1) if touched else range(0)
        made = [max(before, each.stop) for before, each in zip(made, rows, strict=True)]
        yield rows


def in_ring(step: Step, stage: int, rows: int) -> Step:
    block, y, x, *lane = step.at
    return step._replace(operand=Operand.INTERMEDIATE, at=(stage, block, y % rows, x, *lane))


def predicted(phases: Sequence[Phase]) -> tuple[int, int, int, Counter[Operand]]:
    """As `counted`."""
    elements: Counter[Operand] = Counter()
    for phase in phases:
        for access in phase.accesses:
            elements[access.operand] += access.elements
    return (
        sum(phase.fmas for phase in phases),
        sum(phase.loads for phase in phases),
        sum(phase.stores for phase in phases),
        elements,
    )


def fetched(phases: Sequence[Phase], capacity: float) -> Counter[Operand]:
    """Elements that a cache of `capacity` bytes lacks."""
    sums: Counter[Operand] = Counter()
    for phase in phases:
        for access in phase.accesses:
            if access.distance > capacity:
                sums[access.operand] += access.elements
    return sums
