"""The strip scheme where inputs stand apart: depthwise backward data with a stride.

As in the strip scheme a strip of columns is walked down, here by input rows: each is read once and
added to all output rows that it touches. An output row is stored with its last input row; those
that wait for another stay in registers. With a 3x3 kernel and stride 2 it is one of two rows.

Rows at the top and bottom are written out. Between them stands a loop whose body takes as many
input rows as it needs for accumulators to change roles by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis, uses_by_offset
from convopt.passes.lower.builder import Index
from convopt.passes.lower.kernels.by_pixel_shape import first_input
from convopt.passes.lower.kernels.column_strips import ColumnStrips, Row, Strip


@dataclass(frozen=True)
class _Walk:
    """Which output rows an input row is added to, and when they are complete."""

    axis: Axis

    @cached_property
    def taps(self) -> dict[int, list[tuple[int, int]]]:
        """Input row -> (output row, tap), from the first output row on."""
        found: dict[int, list[tuple[int, int]]] = {row: [] for row in range(self.axis.inputs)}
        for output in range(self.axis.outputs):
            for tap in range(self.axis.kernel):
                if self.axis.reads(output, tap):
                    found[self.axis.input_of(output, tap)].append((output, tap))
        return found

    @cached_property
    def last_input(self) -> dict[int, int]:
        """Output row -> the input row that completes it."""
        return {output: row for row, uses in self.taps.items() for output, _ in uses}

    @property
    def empty_rows(self) -> list[int]:
        """Output rows that no input row touches."""
        return [row for row in range(self.axis.outputs) if row not in self.last_input]

    def waiting(self, before: int) -> list[int]:
        """Output rows that are begun, and not complete, before an input row."""
        begun = {output for row in range(before) for output, _ in self.taps[row]}
        return sorted(output for output in begun if self.last_input[output] >= before)

    def regular_rows(self) -> tuple[int, int]:
        """First and end of the input rows that do the same, seen from where they stand."""
        patterns = [self._pattern(row) for row in range(self.axis.inputs)]
        middle = patterns[len(patterns) // 2]
        first = patterns.index(middle)
        stop = first
        while stop < len(patterns) and patterns[stop] == middle:
            stop += 1
        return first, stop

    def _pattern(self, row: int) -> object:
        apart = self.axis.base_dilation
        uses = [(o - row * apart, tap, self.last_input[o] - row) for o, tap in self.taps[row]]
        return uses, [output - row * apart for output in self.waiting(row)]


class SpreadStripKernel(ColumnStrips):
    """Writes the loops of one such kernel."""

    @cached_property
    def _rows(self) -> _Walk:
        return _Walk(self.shape.rows)

    def walk(self, strip: Strip) -> None:
        inputs, apart = self.shape.rows.inputs, self.shape.rows.base_dilation
        first, stop = self._rows.regular_rows()
        waiting = self._rows.waiting(first)
        together = max(1, -(-len(waiting) // apart))
        trips = (stop - first) // together
        begun: dict[int, Row] = {}
        if trips < 2:
            first, trips = inputs, 0
        for row in range(first):
            self._add_input_row(strip, row, row, begun)
        if trips:
            size = strip.columns.size

            def some_rows(row: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
                rows = _by_row(waiting, carried, size)
                for offset in range(together):
                    self._add_input_row(strip, self.b.add(row, offset), first + offset, rows)
                return [value for output in sorted(rows) for value in rows[output]]

            loop_stop = first + trips * together
            carried = [value for output in waiting for value in begun[output]]
            carried = list(self.b.loop(first, loop_stop, together, carried, some_rows))
            begun = _by_row(self._rows.waiting(loop_stop), carried, size)
            for row in range(loop_stop, inputs):
                self._add_input_row(strip, row, row, begun)
        for output in self._rows.empty_rows:
            self._store(strip, output, strip.new_row())

    def _add_input_row(
        self, strip: Strip, input_row: Index, like: int, rows: dict[int, Row]
    ) -> None:
        """Add an input row to the output rows that it touches, and store those that it completes.

        `like` is the input row whose output rows those in `rows` are called by, `input_row` itself
        where it is known.
        """
        self.b.fence()
        axis, apart = self.shape.columns, self.shape.rows.base_dilation
        base = first_input(self.b, axis, strip.column)
        uses = uses_by_offset(axis, strip.columns.valid)
        pixels = {
            offset: self.b.load(
                self.input, strip.image, strip.block, input_row, self.b.add(base, offset), 0
            )
            for offset in uses
        }
        taps = self._rows.taps[like]
        for output, kh in taps:
            row = rows.setdefault(output, strip.new_row())
            for offset, column_taps in uses.items():
                for q, kw in column_taps:
                    weight = strip.weights[kh * axis.kernel + kw]
                    row[q] = self.b.fma(pixels[offset], weight, row[q])
            if self._rows.last_input[output] == like:
                at = self.b.add(self.b.mul(input_row, apart), output - like * apart)
                self._store(strip, at, rows.pop(output))

    def _store(self, strip: Strip, row: Index, values: Row) -> None:
        output = self.output.row(strip.image, strip.block, row)
        for q, value in enumerate(values):
            output.finish(self.b.add(strip.column, q), value)


def _by_row(outputs: Sequence[int], values: Sequence[SSAValue], size: int) -> dict[int, Row]:
    return {
        output: list(values[number * size : (number + 1) * size])
        for number, output in enumerate(outputs)
    }
