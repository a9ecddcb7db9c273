"""The strip scheme: depthwise convolution that walks down a strip of columns.

Every input row is read once for all output rows that it touches: these are partly summed at the
same time, `Q` accumulators each. An input row that completes an output row lets it go and a new one
begins in its registers. For small kernels this moves the fewest bytes between registers and L1 of
all register tiles: 1.03 a multiply-add for 3x3 on AArch64 (`convopt-bench counts`).

Rows at the top and bottom, where taps lie in the padding, are written out; between them stands a
loop whose body makes as many output rows as are alive at once, so that accumulators change roles by
name and are never moved.
"""

from collections.abc import Sequence
from functools import partial

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis, carried_rows, uses_by_offset
from convopt.passes.lower.builder import Index
from convopt.passes.lower.kernels.column_strips import ColumnStrips, Row, Strip


class StripKernel(ColumnStrips):
    """Writes the loops of one strip kernel."""

    def walk(self, strip: Strip) -> None:
        axis = self.shape.rows
        alive = carried_rows(axis) + 1
        first, stop = _regular_rows(axis)
        trips = max(0, stop - first) // alive
        step = partial(self._complete_row, strip)
        begun: list[Row] = []
        if trips < 2:
            for row in range(axis.outputs):
                begun = step(row, row, begun)
            return
        for row in range(first):
            begun = step(row, row, begun)
        begun += [strip.new_row() for _ in range(alive - 1 - len(begun))]

        def some_rows(row: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
            rows = _split(carried, strip.columns.size)
            for offset in range(alive):
                rows = step(self.b.add(row, offset), first, rows)
            return [value for each in rows for value in each]

        loop_stop = first + trips * alive
        carried = [value for each in begun for value in each]
        carried = list(self.b.loop(first, loop_stop, alive, carried, some_rows))
        begun = _split(carried, strip.columns.size)
        for row in range(loop_stop, axis.outputs):
            begun = step(row, row, begun)

    def _complete_row(self, strip: Strip, row: Index, like: int, begun: list[Row]) -> list[Row]:
        """Read the input rows up to the last of output `row` and store it; the rows begun then.

        `like` is a row with the same taps, `row` itself where it is known.
        """
        axis = self.shape.rows
        rows = list(begun)
        first_new = axis.input_of(like - 1, axis.kernel) if like else -axis.pad
        base = self.b.mul(row, axis.stride)
        for input_row in range(
            max(0, first_new), min(axis.inputs, axis.input_of(like, axis.kernel))
        ):
            self.b.fence()
            offset = input_row - like * axis.stride
            self._add_input_row(strip, self.b.add(base, offset), input_row, like, rows)
        if not rows:
            rows = [strip.new_row()]
        complete, *rest = rows
        output = self.output.row(strip.image, strip.block, row)
        for q, value in enumerate(complete):
            output.finish(self.b.add(strip.column, q), value)
        return rest

    def _add_input_row(
        self,
        strip: Strip,
        input_row: Index,
        like_input: int,
        like: int,
        rows: list[Row],
    ) -> None:
        """Add an input row's share to the output rows `like`, `like` + 1, …"""
        row_axis, axis = self.shape.rows, self.shape.columns
        taps = {}
        for ahead in range(min(carried_rows(row_axis) + 1, row_axis.outputs - like)):
            kh = like_input - row_axis.input_of(like + ahead, 0)
            if 0 <= kh < row_axis.kernel:
                taps[ahead] = kh
        if not taps:
            return
        while len(rows) <= max(taps):
            rows.append(strip.new_row())
        base = self.b.mul(strip.column, axis.stride)
        for offset, column_taps in uses_by_offset(axis, strip.columns.valid).items():
            at = self.b.add(base, offset)
            pixel = self.b.load(self.input, strip.image, strip.block, input_row, at, 0)
            for ahead, kh in taps.items():
                for q, kw in column_taps:
                    weight = strip.weights[kh * axis.kernel + kw]
                    rows[ahead][q] = self.b.fma(pixel, weight, rows[ahead][q])


def _regular_rows(axis: Axis) -> tuple[int, int]:
    """First and end of the output rows that can be completed by the loop.

    Their new input rows exist, and so do all output rows that are alive with them.
    """
    carried = carried_rows(axis)
    regular = [
        row
        for row in range(1, axis.outputs - carried)
        if axis.input_of(row - 1, axis.kernel) >= 0
        and axis.input_of(row, axis.kernel) <= axis.inputs
    ]
    return (regular[0], regular[-1] + 1) if regular else (0, 0)


def _split(values: Sequence[SSAValue], size: int) -> list[Row]:
    return [list(values[start : start + size]) for start in range(0, len(values), size)]
