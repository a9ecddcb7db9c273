"""The register tile of weight gradients made lane by lane."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.convdialect.gradient_schedules import GradientScheme
from convopt.convdialect.schedules import Prefetch
from convopt.passes.geometry.axis_tiles import Axis, TileClass, uses_by_offset
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape, SumKey, SumsPass
from convopt.passes.lower.kernels.lane_operands import LaneOperands

ROW_TILES_AHEAD = 2
"""How far ahead operands are asked for: one row of tiles comes too late, many are displaced."""


@dataclass(frozen=True)
class TileRow:
    """A row of tiles: its first row of the gradient, and the input row that counts as 0 there."""

    image: Index
    block: Index
    axis: Axis
    rows: TileClass
    row: Index
    input_row: Index


class LaneTile:
    """Adds the products of a tile of the gradient's pixels to a pass's accumulators."""

    def __init__(self, builder: KernelBuilder, shape: LaneGradientShape, operands: LaneOperands):
        self.b = builder
        self.shape = shape
        self.operands = operands

    def add(
        self,
        at: TileRow,
        columns: TileClass,
        column: Index,
        each: SumsPass,
        sums: Sequence[SSAValue],
    ) -> Sequence[SSAValue]:
        """The sums with the tile's products; `column` is its first column."""
        self._prefetch_below(at, columns, column, each)
        tile = _Tile(self, at, columns, column, each)
        named = dict(zip(self.shape.keys(each), sums, strict=True))
        if self.shape.tile.scheme is GradientScheme.INPUT:
            tile.add_by_input(named)
        else:
            tile.add_by_grad(named)
        return list(named.values())

    def _prefetch_below(
        self, at: TileRow, columns: TileClass, column: Index, each: SumsPass
    ) -> None:
        """Ask for the operands of a tile further down, each pass for its share of them.

        The first pass over a row of tiles alone waits for memory: the others find it in L1.
        """
        if self.shape.tile.prefetch is Prefetch.NONE:
            return
        b, operands = self.b, self.operands
        height, width = self.shape.rows.stride, self.shape.columns.stride
        below = b.add(at.row, ROW_TILES_AHEAD * at.rows.size)
        input_row, input_column = b.mul(below, height), b.mul(column, width)
        places = [
            (operands.ask_input, b.add(input_row, r), b.add(input_column, q))
            for r in range(at.rows.size * height)
            for q in range(columns.size * width)
        ]
        places += [
            (operands.ask_grad, b.add(below, r), b.add(column, q))
            for r in range(at.rows.size)
            for q in range(columns.size)
        ]
        passes = self.shape.passes
        for ask, row, place in places[passes.index(each) :: len(passes)]:
            ask(at.image, at.block, row, place)


class _Tile:
    """One tile in one pass: its pixels, loaded where they are first needed."""

    def __init__(
        self, kernel: LaneTile, at: TileRow, columns: TileClass, column: Index, each: SumsPass
    ):
        self.b, self.shape, self.operands = kernel.b, kernel.shape, kernel.operands
        self.at = at
        self.columns = columns
        self.column = column
        self.each = each
        self.inputs: dict[tuple[int, int], SSAValue] = {}
        self.grads: dict[tuple[int, int], SSAValue] = {}

    def add_by_grad(self, sums: dict[SumKey, SSAValue]) -> None:
        """Every pixel of the gradient goes to all taps in turn: an accumulator waits for long."""
        for q in range(self.columns.size):
            for r in range(self.at.rows.size):
                for kh in self.each.kernel_rows:
                    for kw in range(self.shape.columns.kernel):
                        if self.at.rows.valid[r][kh] and self.columns.valid[q][kw]:
                            self._add(sums, r, q, kh, kw)

    def add_by_input(self, sums: dict[SumKey, SSAValue]) -> None:
        """Every input goes to all taps and pixels of the gradient that take it."""
        by_column = uses_by_offset(self.shape.columns, self.columns.valid).values()
        for row_uses in uses_by_offset(self.at.axis, self.at.rows.valid).values():
            row_taps = [(r, kh) for r, kh in row_uses if kh in self.each.kernel_rows]
            for column_taps in by_column:
                for r, kh in row_taps:
                    for q, kw in column_taps:
                        self._add(sums, r, q, kh, kw)

    def _add(self, sums: dict[SumKey, SSAValue], r: int, q: int, kh: int, kw: int) -> None:
        number = (r * self.columns.size + q) % self.shape.sets
        offsets = self.at.axis.input_of(r, kh), self.shape.columns.input_of(q, kw)
        product = self._input(*offsets), self._grad(r, q)
        sums[number, kh, kw] = self.b.fma(*product, sums[number, kh, kw])

    def _grad(self, r: int, q: int) -> SSAValue:
        if (r, q) not in self.grads:
            at = self.b.add(self.at.row, r), self.b.add(self.column, q)
            block = (self.at.image, self.at.block)
            self.grads[r, q] = self.operands.grad(*block, *at, self.each.mask)
        return self.grads[r, q]

    def _input(self, row: int, column: int) -> SSAValue:
        if (row, column) not in self.inputs:
            first = self.b.mul(self.column, self.shape.columns.stride)
            at = self.b.add(self.at.input_row, row), self.b.add(first, column)
            self.inputs[row, column] = self.operands.input(self.at.image, self.at.block, *at)
        return self.inputs[row, column]
