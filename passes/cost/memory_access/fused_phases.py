"""Phases of a layer, and of a fused module that works in bands of rows.

A module makes a few rows of its last stage at a time, with all channels. Before that, every stage
makes what the next one lacks: rows that a band made and the next one needs as well are kept in a
rolling buffer (`RECOMPUTED`: made again, so that bands do not depend on each other). An
intermediate is touched again soon: it comes from L1 or L2. Distances between phases are upper
bounds: all that the phases in between touch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from convopt.passes.cost.memory_access.accesses import Operand, Phase, total_of
from convopt.passes.cost.memory_access.broadcast_accesses import broadcast_phase
from convopt.passes.cost.memory_access.by_pixel_accesses import rotate_phase, strip_phase
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    LastTouch,
    RotateTile,
    StripTile,
)
from convopt.passes.cost.memory_access.halo import inputs_of
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.bands import rows_needed


class Halo(Enum):
    """What becomes of intermediate rows that two bands need."""

    KEPT = "kept"
    RECOMPUTED = "recomputed"


@dataclass(frozen=True)
class _Step:
    """Rows that a stage makes for a band; input rows that it touches, and those it finds from
    earlier bands."""

    start: int
    stop: int
    touched: int
    again: int


@lru_cache(maxsize=8192)
def kernel_phase(name: str, kernel: CpuKernel, since: LastTouch) -> Phase:
    """A kernel on its own, or on the rows that its geometry says."""
    if isinstance(kernel.tile, RotateTile):
        return rotate_phase(name, kernel, kernel.tile, since)
    if isinstance(kernel.tile, StripTile):
        return strip_phase(name, kernel, kernel.tile, since)
    return broadcast_phase(name, kernel, kernel.tile, since)


def module_phases(
    stages: Sequence[CpuKernel], band: int, since: LastTouch, halo: Halo = Halo.KEPT
) -> list[Phase]:
    """A phase for each stage, over all bands of `band` rows of the last stage.

    `since`: input of the first stage, output of the last one, weights and extras of all; buffers of
    intermediates were last touched when the output was.
    """
    parts: list[list[Phase]] = [[] for _ in stages]
    is_first = True
    for steps in _bands([stage.conv.rows for stage in stages], band, halo):
        whole = _touched_bytes(stages, steps)
        for number, (stage, step) in enumerate(zip(stages, steps, strict=True)):
            if step.start == step.stop:
                continue
            place = _last_touch(stages, steps, number, since, None if is_first else whole)
            parts[number].append(kernel_phase("", _rows_of(stage, step), place))
        is_first = False
    return [
        total_of(_stage_name(number, stage), each)
        for number, (stage, each) in enumerate(zip(stages, parts, strict=True))
    ]


def _last_touch(
    stages: Sequence[CpuKernel],
    steps: Sequence[_Step],
    number: int,
    since: LastTouch,
    band_bytes: float | None,
) -> LastTouch:
    """Of a stage in a band; `band_bytes` are touched from one band to the next, None in the first.

    What the stage before it made for this band is as near as that stage's operands are many bytes.
    """
    is_last = number == len(stages) - 1
    place = replace(
        since,
        writes=Operand.OUTPUT if is_last else Operand.INTERMEDIATE,
        rows_again=steps[number].again,
    )
    if band_bytes is not None:
        output = since.output
        if not is_last:
            output = band_bytes - _before_last_sweep(stages[number + 1], steps[number + 1])
        place = replace(place, weights=band_bytes, again=band_bytes, output=output)
    if number == 0:
        return place
    before, step = stages[number - 1], steps[number - 1]
    made = before.output_bytes(step.stop - step.start)
    near = before.input_bytes(step.touched) + before.weight_bytes + made
    return replace(place, reads=Operand.INTERMEDIATE, input=near)


def _before_last_sweep(kernel: CpuKernel, step: _Step) -> float:
    """Bytes of weights and output that a kernel touches before it reads its input the last time."""
    if not isinstance(kernel.tile, BroadcastTile):
        return 0
    sweeps = kernel.output_blocks // kernel.tile.vectors
    return (kernel.weight_bytes + kernel.output_bytes(step.stop - step.start)) * (1 - 1 / sweeps)


def _bands(axes: Sequence[Axis], band: int, halo: Halo) -> Iterator[list[_Step]]:
    """For each band the rows of every stage."""
    made = [0] * len(axes)
    seen: frozenset[int] = frozenset()
    for start in range(0, axes[-1].outputs, band):
        wanted = (start, min(start + band, axes[-1].outputs))
        steps: list[_Step] = []
        for number in reversed(range(len(axes))):
            axis, (low, stop) = axes[number], wanted
            if halo is Halo.KEPT:
                low = min(max(low, made[number]), stop)
            rows = inputs_of(axis, low, stop)
            if number == 0:
                again = len(rows & seen)
                seen = seen | rows
            else:
                kept = made[number - 1] if halo is Halo.KEPT else 0
                again = sum(row < kept for row in rows)
            steps.append(_Step(low, stop, len(rows), again))
            wanted = (min(rows), max(rows) + 1) if rows else (0, 0)
        steps.reverse()
        made = [max(before, step.stop) for before, step in zip(made, steps, strict=True)]
        yield steps


def _touched_bytes(stages: Sequence[CpuKernel], steps: Sequence[_Step]) -> int:
    """In a band: the input, every intermediate once, weights, and the output."""
    last, step = stages[-1], steps[-1]
    inputs = sum(stage.input_bytes(step.touched) for stage, step in zip(stages, steps, strict=True))
    weights = sum(stage.weight_bytes for stage in stages)
    return inputs + weights + last.output_bytes(step.stop - step.start)


def _rows_of(kernel: CpuKernel, step: _Step) -> CpuKernel:
    """The kernel on the output rows of a step, which is an image of its own: equal steps are equal
    wherever they lie."""
    axis, rows = kernel.conv.rows, step.stop - step.start
    first, stop = rows_needed(axis, step.start, step.stop)
    pad = first - axis.input_of(step.start, 0)
    part = replace(axis, inputs=stop - first, outputs=rows, pad=pad)
    return replace(kernel, conv=replace(kernel.conv, rows=part), by_rows=True)


def _stage_name(number: int, stage: CpuKernel) -> str:
    conv = stage.conv
    if conv.is_depthwise:
        return f"{number + 1}: depthwise"
    return f"{number + 1}: pointwise" if conv.is_pointwise else f"{number + 1}: convolution"
