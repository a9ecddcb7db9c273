"""Fused modules: stages that work on bands of rows, with rings of rows between them.

For each band of rows of the last stage, every stage before it makes the rows that the next one
lacks. Intermediate results live in rings small enough for L1 or L2 and never go to memory as a
whole; no row is made twice by a thread. Rows outside of an image are never made: the next stage
leaves out the taps that would read them, as at any edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Protocol

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.next_band import NextBand


class RowKernel(Protocol):
    """Writes the loops of one stage."""

    def write_rows(
        self, image: Index, first: Index, stop: Index, ahead: NextBand | None = None
    ) -> None:
        """All channels of an image's rows [first, stop), asking for what the next band reads."""


@dataclass(frozen=True)
class InputAhead:
    """The stage that asks for the next band's input, and the input's blocks and columns."""

    stage: int
    source: FeatureMap
    blocks: int
    columns: int


class FusedKernel:
    """Writes the loops of one fused module; the parallel index runs over bands."""

    def __init__(
        self,
        builder: KernelBuilder,
        stages: Sequence[RowKernel],
        axes: Sequence[Axis],
        band: int,
        batch: int,
        ahead: InputAhead | None = None,
    ):
        """`axes`: rows of each stage; `band`: rows of the last one in a band."""
        self.b = builder
        self.stages = stages
        self.axes = axes
        self.band = band
        self.batch = batch
        self.ahead = ahead

    def write(self, begin: Index, end: Index) -> None:
        """The bands [begin, end) of all images."""
        nothing = [self.b.value(0)] * (len(self.stages) - 1)

        def image(number: Index) -> None:
            self.b.loop(begin, end, 1, nothing, partial(self._band, number))

        self.b.each(0, self.batch, image)

    def _band(self, image: Index, band: Index, made: Sequence[SSAValue]) -> Sequence[SSAValue]:
        """Make a band; `made`: rows of the intermediates that are there, then and afterwards."""
        outputs = self.axes[-1].outputs
        start = self.b.mul(band, self.band)
        stop = self.b.add(start, self.band)
        if outputs % self.band:
            stop = self.b.minimum_index(stop, outputs)
        rows = [(start, stop)]
        for axis, before in zip(self.axes[:0:-1], reversed(made), strict=True):
            first, stop = self._rows_needed(axis, *rows[-1])
            rows.append((self.b.maximum_index(first, before), stop))
        rows.reverse()
        _, read = self._rows_needed(self.axes[0], *rows[0])
        for number, (stage, (first, stop)) in enumerate(zip(self.stages, rows, strict=True)):
            stage.write_rows(image, first, stop, self._next_band(number, image, read))
        return [self.b.value(stop) for _, stop in rows[:-1]]

    def _next_band(self, stage: int, image: Index, first: Index) -> NextBand | None:
        """What a stage is to ask for: the input from row `first` on, if it is the one that asks."""
        ahead = self.ahead
        if ahead is None or stage != ahead.stage:
            return None
        rows = self.band * prod(axis.stride for axis in self.axes)
        stage_rows = self.band * prod(axis.stride for axis in self.axes[stage + 1 :])
        size = (ahead.blocks, self.axes[0].inputs, ahead.columns)
        return NextBand(ahead.source, image, first, rows, stage_rows, size)

    def _rows_needed(self, axis: Axis, start: Index, stop: Index) -> tuple[Index, Index]:
        """`bands.rows_needed` as indices in the kernel."""
        b = self.b
        first = b.add(b.mul(start, axis.stride), -axis.pad)
        reach = (axis.kernel - 1) * axis.dilation + 1 - axis.stride - axis.pad
        last = b.add(b.mul(stop, axis.stride), reach)
        return self._inside(axis, first), self._inside(axis, last)

    def _inside(self, axis: Axis, row: Index) -> Index:
        """The row, or the end of the image that it lies beyond."""
        if axis.kernel == axis.stride == 1 and axis.pad == 0 and axis.inputs == axis.outputs:
            return row
        return self.b.minimum_index(self.b.maximum_index(row, 0), axis.inputs)
