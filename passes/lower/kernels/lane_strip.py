"""Weight gradients made lane by lane, walking down a strip of columns.

Every vector of the input and of the gradient is loaded once a strip: the rows of the gradient that
an input row meets stay in registers. For small kernels this moves the fewest bytes between
registers and L1: 1.03 a multiply-add for 3x3 on AArch64.

Rows at the top and bottom, where taps lie in the padding, are written out; between them stands a
loop whose body takes as many rows of the gradient as are held at once, so that they change roles by
name and are never moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import (
    Axis,
    TileClass,
    carried_rows,
    tile_axis,
    uses_by_offset,
)
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape, SumKey, SumsPass
from convopt.passes.lower.kernels.lane_operands import LaneOperands
from convopt.passes.lower.kernels.lane_results import LaneResults

Sums = Sequence[SSAValue]
Row = Sequence[SSAValue]
"""A strip's vectors of a row of the gradient."""


@dataclass(frozen=True)
class _Strip:
    """Where a strip lies and which rows it makes; `rows` is the axis of the pass's kernel rows."""

    image: Index
    block: Index
    column: Index
    columns: TileClass
    each: SumsPass
    rows: Axis


class LaneStripKernel:
    """Writes the loops of the scheme `strip`, shared out by blocks of channels."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: LaneGradientShape,
        operands: LaneOperands,
        results: LaneResults,
    ):
        self.b = builder
        self.shape = shape
        self.operands = operands
        self.results = results
        self.column_classes = tile_axis(shape.columns, shape.tile_size[1])

    def write(self, begin: Index, end: Index) -> None:
        """The blocks [begin, end) of output channels."""
        self.b.each(begin, end, self._block)

    def _block(self, block: Index) -> None:
        if self.shape.tile.flush:
            self.results.clear(block)
            self.b.each(0, self.shape.problem.batch, partial(self._flushed_image, block))
            return
        for each in self.shape.passes:
            image = partial(self._image, block, each)
            sums = self.b.loop(0, self.shape.problem.batch, 1, self.results.zeros(each), image)
            self.results.store(block, each, sums)

    def _image(self, block: Index, each: SumsPass, image: Index, sums: Sums) -> Sums:
        for columns in self.column_classes:

            def strip(column: Index, sums: Sums, columns: TileClass = columns) -> Sums:
                return self._walk(self._strip(image, block, column, columns, each), sums)

            sums = self.b.loop(columns.start, columns.stop, columns.size, sums, strip)
        return sums

    def _flushed_image(self, block: Index, image: Index) -> None:
        for columns in self.column_classes:

            def strip(column: Index, columns: TileClass = columns) -> None:
                for each in self.shape.passes:
                    place = self._strip(image, block, column, columns, each)
                    self.results.add(block, each, self._walk(place, self.results.zeros(each)))

            self.b.each(columns.start, columns.stop, strip, step=columns.size)

    def _strip(
        self, image: Index, block: Index, column: Index, columns: TileClass, each: SumsPass
    ) -> _Strip:
        rows, taken = self.shape.rows, each.kernel_rows
        axis = replace(rows, kernel=len(taken), pad=rows.pad - taken.start)
        return _Strip(image, block, column, columns, each, axis)

    def _walk(self, strip: _Strip, sums: Sums) -> Sums:
        """The sums with all rows of a strip."""
        axis = strip.rows
        carried = carried_rows(axis)
        first, stop = _regular_rows(axis)
        trips = max(0, stop - first) // (carried + 1)
        if trips < 2:
            first, trips = axis.outputs, 0
        held: list[Row] = []
        for row in range(first):
            sums, held = self._take_row(strip, row, row, sums, held)
        if trips:
            loop_stop = first + trips * (carried + 1)
            sums, held = self._loop_of_rows(strip, first, loop_stop, sums, held)
            for row in range(loop_stop, axis.outputs):
                sums, held = self._take_row(strip, row, row, sums, held)
        return sums

    def _loop_of_rows(
        self, strip: _Strip, first: int, stop: int, sums: Sums, held: list[Row]
    ) -> tuple[Sums, list[Row]]:
        """The regular rows [first, stop): whole numbers of all rows that are held at once."""
        count, size = len(sums), strip.columns.size
        step = carried_rows(strip.rows) + 1

        def some_rows(row: Index, values: Sequence[SSAValue]) -> Sequence[SSAValue]:
            sums, held = values[:count], _rows(values[count:], size)
            for offset in range(step):
                sums, held = self._take_row(strip, self.b.add(row, offset), first, sums, held)
            return [*sums, *(value for row in held for value in row)]

        carried = [*sums, *(value for row in held for value in row)]
        results = self.b.loop(first, stop, step, carried, some_rows)
        return results[:count], _rows(results[count:], size)

    def _take_row(
        self, strip: _Strip, row: Index, like: int, sums: Sums, held: list[Row]
    ) -> tuple[Sums, list[Row]]:
        """Load a row of the gradient and add what it and those before make of the next input rows.

        `held`: the rows before that meet these, the oldest first. `like` is a row with the same
        taps, `row` itself where it is known. Returns the sums and the rows to be held then.
        """
        axis = strip.rows
        held = [*held, self._grad_row(strip, row)]
        named = dict(zip(self.shape.keys(strip.each), sums, strict=True))
        next_first = axis.input_of(like + 1, 0) if like + 1 < axis.outputs else axis.inputs
        base = self.b.mul(row, axis.stride)
        for input_row in range(max(0, axis.input_of(like, 0)), min(next_first, axis.inputs)):
            taps = [
                (held[-1 - ago], kh)
                for ago in range(len(held))
                if (kh := input_row - axis.input_of(like - ago, 0)) < axis.kernel
            ]
            if taps:
                self.b.fence()
                at = self.operands.row(self.b.add(base, input_row - like * axis.stride))
                self._add_input_row(strip, at, taps, named)
        return list(named.values()), held[len(held) - min(len(held), carried_rows(axis)) :]

    def _grad_row(self, strip: _Strip, row: Index) -> Row:
        row = self.operands.row(row)
        return [
            self.operands.grad(strip.image, strip.block, row, self.b.add(strip.column, q), 0)
            for q in range(strip.columns.size)
        ]

    def _add_input_row(
        self,
        strip: _Strip,
        input_row: Index,
        taps: Sequence[tuple[Row, int]],
        sums: dict[SumKey, SSAValue],
    ) -> None:
        """`taps`: rows of the gradient that the input row meets, each in a kernel row."""
        axis, first_kh = self.shape.columns, strip.each.kernel_rows.start
        base = self.b.mul(strip.column, axis.stride)
        for offset, column_taps in uses_by_offset(axis, strip.columns.valid).items():
            place = (input_row, self.b.add(base, offset))
            pixel = self.operands.input(strip.image, strip.block, *place)
            for grads, kh in taps:
                for q, kw in column_taps:
                    key = (q % self.shape.sets, first_kh + kh, kw)
                    sums[key] = self.b.fma(pixel, grads[q], sums[key])


def _regular_rows(axis: Axis) -> tuple[int, int]:
    """First and end of the rows of the gradient that the loop can take.

    As many are held before as can be, and the input rows that come with them exist.
    """
    regular = [
        row
        for row in range(carried_rows(axis), axis.outputs - 1)
        if axis.input_of(row, 0) >= 0 and axis.input_of(row + 1, 0) <= axis.inputs
    ]
    return (regular[0], regular[-1] + 1) if regular else (0, 0)


def _rows(values: Sequence[SSAValue], size: int) -> list[Row]:
    return [values[start : start + size] for start in range(0, len(values), size)]
