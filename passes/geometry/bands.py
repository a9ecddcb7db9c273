"""Rows that the stages of a fused module make, band by band.

A band is some rows of the last stage. Every stage before it makes the rows that the next one lacks
for its own; rows that an earlier band made stay in a ring as long as a later one needs them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from convopt.passes.geometry.axis_tiles import Axis


@dataclass(frozen=True)
class StageRows:
    """Rows [start, stop) that a stage makes, of the input rows [first_input, stop_input)."""

    start: int
    stop: int
    first_input: int
    stop_input: int


def rows_needed(axis: Axis, start: int, stop: int) -> tuple[int, int]:
    """The input rows [first, stop) between the outermost ones of the outputs [start, stop).

    >>> rows_needed(Axis(8, 8, kernel=3, pad=1), 4, 6)
    (3, 7)
    """
    first = axis.input_of(start, 0)
    last = axis.input_of(stop - 1, axis.kernel - 1)
    return min(max(first, 0), axis.inputs), min(max(last + 1, 0), axis.inputs)


def bands_from(axes: Sequence[Axis], band: int, first: int = 0) -> Iterator[list[StageRows]]:
    """For every band from number `first` on, the rows of each stage.

    `axes`: the rows of the stages; each has as many inputs as the one before has outputs. Nothing
    was made before the band `first`.
    """
    outputs = axes[-1].outputs
    made = [0] * len(axes)
    for start in range(first * band, outputs, band):
        wanted = (start, min(start + band, outputs))
        stages: list[StageRows] = []
        for number in reversed(range(len(axes))):
            low, stop = max(wanted[0], made[number]), wanted[1]
            wanted = rows_needed(axes[number], low, stop)
            stages.append(StageRows(low, stop, *wanted))
        stages.reverse()
        made = [stage.stop for stage in stages]
        yield stages


def ring_rows(axes: Sequence[Axis], band: int) -> tuple[int, ...]:
    """Rows that the ring between each stage and the next one holds, wherever a thread begins.

    A thread's first band needs the most: its halos were not made by a band before.

    >>> ring_rows([Axis(8, 8, 1), Axis(8, 4, kernel=3, stride=2, pad=1), Axis(4, 4, 1)], 2)
    (5, 2)
    """
    rings: list[int] = []
    rows = band
    for axis in reversed(axes[1:]):
        rows = min((rows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1, axis.inputs)
        rings.append(rows)
    return tuple(reversed(rings))


@lru_cache(maxsize=4096)
def divides_bands(axes: tuple[Axis, ...], band: int, stage: int, rows: int) -> bool:
    """Whether register tiles of so many rows start and end where the bands of a stage do."""
    if rows == 1:
        return True
    if axes[stage].outputs % rows:
        return False
    made = [each[stage] for each in bands_from(axes, band)]
    # a thread that begins at a band makes its halo, too
    firsts = range(1, -(-axes[-1].outputs // band))
    made += [next(bands_from(axes, band, first))[stage] for first in firsts]
    return not any(each.start % rows or each.stop % rows for each in made)
