"""The register tiles of weight gradients made lane by lane."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.convdialect.gradient_schedules import GradientScheme
from convopt.convdialect.schedules import Prefetch
from convopt.passes.geometry.axis_tiles import Axis, TileClass, uses_by_offset
from convopt.passes.geometry.weight_gradients import FEW_REGISTERS
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape, SumKey, SumsPass
from convopt.passes.lower.kernels.lane_operands import LaneOperands

ROW_TILES_AHEAD = 2
"""How far ahead operands are asked for: one row of tiles comes too late, many are displaced."""


@dataclass(frozen=True)
class RowPlace:
    """Where a row of tiles lies: its first row of the gradient, and the input row that is 0 there.

    `rows` says which of the kernel rows of `axis` are valid.
    """

    image: Index
    block: Index
    axis: Axis
    rows: TileClass
    row: Index
    input_row: Index


class LaneTiles:
    """A row of tiles of the gradient's pixels, in one pass."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: LaneGradientShape,
        operands: LaneOperands,
        place: RowPlace,
        each: SumsPass,
    ):
        self.b = builder
        self.shape = shape
        self.operands = operands
        self.place = place
        self.each = each
        self.taps = [
            (r, kh)
            for r in range(place.rows.size)
            for kh in each.kernel_rows
            if place.rows.valid[r][kh]
        ]
        self.grad_rows = {r: operands.row(builder.add(place.row, r)) for r, _ in self.taps}
        self.input_rows = {
            offset: operands.row(builder.add(place.input_row, offset))
            for offset in sorted({place.axis.input_of(r, kh) for r, kh in self.taps})
        }

    def add(self, columns: TileClass, column: Index, sums: Sequence[SSAValue]) -> list[SSAValue]:
        """The sums with the products of the tile whose first column is `column`.

        Nothing of it is loaded before: several tiles, and all passes, may stand in one loop's body.
        """
        self.b.fence()
        self._prefetch_below(columns, column)
        tile = _Tile(self, columns, column)
        named = dict(zip(self.shape.keys(self.each), sums, strict=True))
        if self.shape.tile.scheme is GradientScheme.INPUT:
            tile.add_by_input(named)
        else:
            tile.add_by_grad(named)
        return list(named.values())

    def _prefetch_below(self, columns: TileClass, column: Index) -> None:
        """Ask for the operands of a tile further down, each pass for its share of them.

        The first pass over a row of tiles alone waits for memory: the others find it in L1.
        """
        if self.shape.tile.prefetch is Prefetch.NONE:
            return
        b, place, operands = self.b, self.place, self.operands
        height, width = self.shape.rows.stride, self.shape.columns.stride
        below = b.add(place.row, ROW_TILES_AHEAD * place.rows.size)
        input_row, input_column = b.mul(below, height), b.mul(column, width)
        wanted = [
            (operands.ask_input, b.add(input_row, r), b.add(input_column, q))
            for r in range(place.rows.size * height)
            for q in range(columns.size * width)
        ]
        wanted += [
            (operands.ask_grad, b.add(below, r), b.add(column, q))
            for r in range(place.rows.size)
            for q in range(columns.size)
        ]
        passes = self.shape.passes
        for ask, row, place_in_row in wanted[passes.index(self.each) :: len(passes)]:
            ask(place.image, place.block, row, place_in_row)


class _Tile:
    """One tile in one pass: its pixels, loaded where they are first needed."""

    def __init__(self, tiles: LaneTiles, columns: TileClass, column: Index):
        self.tiles = tiles
        self.columns = columns
        self.column = column
        self.axis = tiles.shape.columns
        self.inputs: dict[tuple[int, int], SSAValue] = {}
        self.grads: dict[tuple[int, int], SSAValue] = {}

    def add_by_grad(self, sums: dict[SumKey, SSAValue]) -> None:
        """Every pixel of the gradient goes to all taps in turn: an accumulator waits for long."""
        for q in range(self.columns.size):
            for r, kh in self.tiles.taps:
                for kw in range(self.axis.kernel):
                    if self.columns.valid[q][kw]:
                        self._add(sums, r, q, kh, kw)

    def add_by_input(self, sums: dict[SumKey, SSAValue]) -> None:
        """Every input goes to all taps and pixels of the gradient that take it, by columns."""
        by_column = uses_by_offset(self.axis, self.columns.valid).values()
        for column_taps in by_column:
            if self.tiles.shape.registers - len(sums) <= FEW_REGISTERS:
                self.tiles.b.fence()
            for offset in self.tiles.input_rows:
                for r, kh in self.tiles.taps:
                    if self.tiles.place.axis.input_of(r, kh) == offset:
                        for q, kw in column_taps:
                            self._add(sums, r, q, kh, kw)

    def _add(self, sums: dict[SumKey, SSAValue], r: int, q: int, kh: int, kw: int) -> None:
        number = (r * self.columns.size + q) % self.tiles.shape.sets
        offsets = self.tiles.place.axis.input_of(r, kh), self.axis.input_of(q, kw)
        pixel, grad = self._input(*offsets), self._grad(r, q)
        sums[number, kh, kw] = self.tiles.b.fma(pixel, grad, sums[number, kh, kw])

    def _grad(self, r: int, q: int) -> SSAValue:
        if (r, q) not in self.grads:
            place, column = self.tiles.place, self.tiles.b.add(self.column, q)
            at = place.image, place.block, self.tiles.grad_rows[r], column
            self.grads[r, q] = self.tiles.operands.grad(*at, self.tiles.each.mask)
        return self.grads[r, q]

    def _input(self, row: int, column: int) -> SSAValue:
        if (row, column) not in self.inputs:
            b, place = self.tiles.b, self.tiles.place
            at = b.add(b.mul(self.column, self.axis.stride), column)
            row_at = self.tiles.input_rows[row]
            self.inputs[row, column] = self.tiles.operands.input(
                place.image, place.block, row_at, at
            )
        return self.inputs[row, column]
