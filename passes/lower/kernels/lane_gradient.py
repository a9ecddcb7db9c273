"""Weight gradients made lane by lane: depthwise, and within groups of few channels.

A vector of the input times a vector of the gradient adds to the results of all its channels at
once: accumulators are results, one vector a tap, and nothing is summed across lanes. In groups of c
channels this is done c times: mask m brings output channel l xor m of the gradient to lane l, whose
accumulators then hold what input channel l contributes there. At the end the c vectors of a tap
exchange lanes, so that each has its output channel's.

Padding is implicit: taps that lie in it have no code. Where that would be too much code (large
kernels), tiles have one row, kernel rows are a loop, and which rows they meet is computed.
"""

from collections.abc import Callable, Sequence
from functools import partial

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.kernel_range import valid_kernel_range, valid_output_range
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape, SumsPass
from convopt.passes.lower.kernels.lane_operands import LaneOperands
from convopt.passes.lower.kernels.lane_results import LaneResults
from convopt.passes.lower.kernels.lane_tile import LaneTiles, RowPlace

Sums = Sequence[SSAValue]
OfImage = Callable[[Index, Sums], Sums]

_ONE_ROW = TileClass(0, 0, 1, 1, ((True,),))
_ONE_INPUT = Axis(1, 1, 1)


class LaneGradientKernel:
    """Writes the loops of the schemes `grad` and `input`, shared out by blocks of channels."""

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
        self.row_classes = tile_axis(shape.rows, shape.tile_size[0])
        self.column_classes = tile_axis(shape.columns, shape.tile_size[1])

    def write(self, begin: Index, end: Index) -> None:
        """The blocks [begin, end) of output channels."""
        self.b.each(begin, end, self._block)

    def _block(self, block: Index) -> None:
        static, flush = self.shape.static_edges, self.shape.tile.flush
        images = partial(self.b.each, 0, self.shape.problem.batch)
        if flush:
            self.results.clear(block)
            images(partial(self._flushed_image if static else self._flushed_at_run_time, block))
        elif static:
            for each in self.shape.passes:
                self._store_sums(block, each, partial(self._image, block, each))
        else:
            for mask in self.shape.masks:
                kernel_rows = self.shape.rows.kernel
                self.b.each(0, kernel_rows, partial(self._kernel_row, block, mask))
        self.results.finish(block)

    def _store_sums(self, block: Index, each: SumsPass, image: OfImage) -> None:
        """Sums over all images are the result."""
        batch = self.shape.problem.batch
        sums = self.b.loop(0, batch, 1, self.results.zeros(each), image)
        self.results.store(block, each, sums)

    def _over_columns(self, at: RowPlace, each: SumsPass, sums: Sums) -> Sums:
        """One pass over a row of tiles."""
        tiles = LaneTiles(self.b, self.shape, self.operands, at, each)
        for columns in self.column_classes:

            def tile(column: Index, sums: Sums, columns: TileClass = columns) -> Sums:
                return tiles.add(columns, column, sums)

            sums = self.b.loop(columns.start, columns.stop, columns.size, sums, tile)
        return sums

    # -- kernel rows written out

    def _image(self, block: Index, each: SumsPass, image: Index, sums: Sums) -> Sums:
        for tiles in self.row_classes:

            def row_of_tiles(row: Index, sums: Sums, tiles: TileClass = tiles) -> Sums:
                return self._over_columns(self._at(image, block, tiles, row), each, sums)

            sums = self.b.loop(tiles.start, tiles.stop, tiles.size, sums, row_of_tiles)
        return sums

    def _flushed_image(self, block: Index, image: Index) -> None:
        for tiles in self.row_classes:

            def row_of_tiles(row: Index, tiles: TileClass = tiles) -> None:
                at = self._at(image, block, tiles, row)
                for each in self.shape.passes:
                    sums = self._over_columns(at, each, self.results.zeros(each))
                    self.results.add(block, each, sums)

            self.b.each(tiles.start, tiles.stop, row_of_tiles, step=tiles.size)

    def _at(self, image: Index, block: Index, tiles: TileClass, row: Index) -> RowPlace:
        input_row = self.b.mul(row, self.shape.rows.stride)
        return RowPlace(image, block, self.shape.rows, tiles, row, input_row)

    # -- kernel rows as a loop

    def _kernel_row(self, block: Index, mask: int, kh: Index) -> None:
        each = self._pass_of(mask, kh)
        rows = valid_output_range(self.b, self.shape.rows, kh)

        def image(image: Index, sums: Sums) -> Sums:
            def row(row: Index, sums: Sums) -> Sums:
                return self._over_columns(self._at_run_time(image, block, row, kh), each, sums)

            return self.b.loop(*rows, 1, sums, row)

        self._store_sums(block, each, image)

    def _flushed_at_run_time(self, block: Index, image: Index) -> None:
        def row(row: Index) -> None:
            first, stop = valid_kernel_range(self.b, self.shape.rows, row)
            for mask in self.shape.masks:

                def kernel_row(kh: Index, mask: int = mask) -> None:
                    each = self._pass_of(mask, kh)
                    at = self._at_run_time(image, block, row, kh)
                    sums = self._over_columns(at, each, self.results.zeros(each))
                    self.results.add(block, each, sums)

                self.b.each(first, stop, kernel_row)

        self.b.each(0, self.shape.rows.outputs, row)

    def _pass_of(self, mask: int, kh: Index) -> SumsPass:
        taps, kernel_columns = self.shape.problem.taps, self.shape.columns.kernel
        first = self.b.add(self.b.mul(kh, kernel_columns), mask * taps)
        return SumsPass(mask, range(1), first)

    def _at_run_time(self, image: Index, block: Index, row: Index, kh: Index) -> RowPlace:
        rows = self.shape.rows
        first = self.b.add(self.b.mul(row, rows.stride), -rows.pad)
        input_row = self.b.add(first, self.b.mul(kh, rows.dilation))
        return RowPlace(image, block, _ONE_INPUT, _ONE_ROW, row, input_row)
