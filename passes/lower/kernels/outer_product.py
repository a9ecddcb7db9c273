"""Weight gradients made of outer products: pointwise, dense and wide groups.

At each pixel, a vector of output channels of the gradient is multiplied with single input channels,
broadcast to all lanes. Accumulators are results, input channels times vectors of outputs (times
kernel columns), and the loop inside runs over pixels. Sums of a block of pixels, whose operands
stay in near caches, are added to the result.

Every tap is a product of its own, of the pixels for which it lies inside of the image, so that
padding costs nothing and edges of rows need no code.
"""

from collections.abc import Callable, Sequence
from functools import partial

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import TileClass, tile_axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.kernel_range import valid_output_range
from convopt.passes.lower.kernels.outer_product_shape import OuterProductShape, Pixels, Results
from convopt.passes.lower.kernels.outer_tile import OuterTile

Sums = Sequence[SSAValue]
Vectors = tuple[Index, ...]


class OuterProductKernel:
    """Writes the loops of the scheme `broadcast`, shared out by outputs and input channels."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: OuterProductShape,
        source: SSAValue,
        grad: SSAValue,
        result: SSAValue,
    ):
        self.b = builder
        self.shape = shape
        self.products = shape.products
        self.tile = OuterTile(builder, shape, source, grad)
        self.result = result

    def write(self) -> None:
        """This thread's share."""
        self.shape.chunks.each(self.b, self._unit)

    def _unit(self, tile: Index, first_run: Index, stop_run: Index) -> None:
        """Runs [first, stop) of input channels for a tile of output vectors."""
        b, problem = self.b, self.shape.problem
        vector = b.mul(tile, self.shape.vectors)
        vectors = tuple(self._apart(b.add(vector, n)) for n in range(self.shape.vectors))
        if self.shape.adds:
            self._clear(vectors, first_run, stop_run)
        runs = (first_run, stop_run)
        if not self.products.is_mixed:
            group = b.div(tile, self.products.group_vectors // self.shape.vectors)
            self._group(vectors, runs, None, 0 if problem.groups == 1 else group)
            return
        first_output = b.mul(vector, b.lanes)
        last_output = b.minimum_index(b.add(first_output, b.lanes - 1), problem.outputs - 1)
        first = b.div(first_output, problem.group_outputs)
        stop = b.add(b.div(last_output, problem.group_outputs), 1)

        def group_of_lanes(group: Index) -> None:
            self._group(vectors, runs, self._mask(first_output, group), group)

        b.each(first, stop, group_of_lanes)

    def _apart(self, vector: Index) -> Index:
        return self.b.opaque(vector) if self.shape.vectors_apart else vector

    def _clear(self, vectors: Vectors, first_run: Index, stop_run: Index) -> None:
        """Zeros in all results of the unit."""
        b, problem = self.b, self.shape.problem
        first = b.mul(first_run, self.products.run * problem.taps)
        stop_channel = b.minimum_index(b.mul(stop_run, self.products.run), problem.group_inputs)
        stop = b.mul(stop_channel, problem.taps)

        def clear(index: Index) -> None:
            for vector in vectors:
                b.store(b.splat(0.0), self.result, vector, index, 0)

        b.each(first, stop, clear)

    def _mask(self, first_output: Index, group: Index) -> SSAValue:
        """One in the lanes of a vector that belong to the group, zero in the others."""
        b, outputs = self.b, self.shape.problem.group_outputs
        first = b.add(b.mul(group, outputs), b.mul(first_output, -1))
        from_first = b.subf(b.lane_numbers(), self._everywhere(b.add(first, -1)))
        to_stop = b.subf(self._everywhere(b.add(first, outputs)), b.lane_numbers())
        return b.mulf(self._zero_or_one(from_first), self._zero_or_one(to_stop))

    def _everywhere(self, index: Index) -> SSAValue:
        return self.b.broadcast(self.b.index_to_float(index))

    def _zero_or_one(self, value: SSAValue) -> SSAValue:
        """Of whole numbers: zero up to zero, one from one on."""
        not_negative = self.b.maximum(value, self.b.splat(0.0))
        return self.b.float_op(arith.MinnumfOp, not_negative, self.b.splat(1.0))

    def _group(
        self, vectors: Vectors, runs: tuple[Index, Index], mask: SSAValue | None, group: Index
    ) -> None:
        """All pixels' share of one group of inputs."""
        for size, start, stop in self._row_blocks():

            def block(image: Index, row: Index, size: int = size) -> None:
                pixels = Pixels(image, row, size)
                self._runs(runs, partial(self._run, vectors, pixels, mask, group))

            def image(image: Index, start: int = start, stop: int = stop, size: int = size) -> None:
                self.b.each(start, stop, partial(block, image), step=size)

            self.b.each(0, self.shape.problem.batch, image)

    def _row_blocks(self) -> list[tuple[int, int, int]]:
        """Size, first and end of rows that are divided into blocks of that size."""
        found: list[tuple[int, int, int]] = []
        start = 0
        for size, count in self.products.row_blocks(self.shape.tile.rows.data):
            found.append((size, start, start + size * count))
            start += size * count
        return found

    def _runs(self, runs: tuple[Index, Index], body: Callable[[int, Index], None]) -> None:
        """Call with the channels and the number of each run."""
        b, full = self.b, self.products.runs - (self.products.tail > 0)
        first, stop = runs
        b.each(first, b.minimum_index(stop, full), partial(body, self.products.run))
        if self.products.tail:
            b.each(b.maximum_index(first, full), stop, partial(body, self.products.tail))

    def _run(
        self,
        vectors: Vectors,
        pixels: Pixels,
        mask: SSAValue | None,
        group: Index,
        channels: int,
        number: Index,
    ) -> None:
        """The results of one run of input channels."""
        b, problem = self.b, self.shape.problem
        first_channel = b.mul(number, self.products.run)
        input_block, lane = self._lane_of(group, number)
        for tile in self.shape.channel_tiles(channels):

            def kernel_row(kh: Index, tile: range = tile) -> None:
                for taps in self.products.taps_of(self.shape.tile.taps.data):
                    place = Results(vectors, input_block, lane, first_channel, tile, kh, taps)
                    self._finish(place, mask, self._sums(place, pixels))

            b.each(0, problem.rows.kernel, kernel_row)

    def _lane_of(self, group: Index, run: Index) -> tuple[Index, Index]:
        """The block of input channels in which a group's run lies, and its first lane there."""
        b, inputs = self.b, self.shape.problem.group_inputs
        if self.products.run == b.lanes:
            return b.add(b.mul(group, inputs // b.lanes), run), 0
        return b.divmod(b.add(b.mul(group, inputs), b.mul(run, self.products.run)), b.lanes)

    def _sums(self, place: Results, pixels: Pixels) -> Sums:
        """The sums of a tile over a block of pixels."""
        b, axis = self.b, self.products.pixels(pixels.rows, place.kernel_columns)
        classes = tile_axis(axis, self.shape.tile.columns.data)

        def row(row: Index, first_pixel: Index, sums: Sums) -> Sums:
            for columns in classes:

                def tile(column: Index, sums: Sums, columns: TileClass = columns) -> Sums:
                    at = pixels.image, row, first_pixel
                    return self.tile.add(place, *at, axis, columns, column, sums)

                sums = b.loop(columns.start, columns.stop, columns.size, sums, tile)
            return sums

        zeros = self.tile.zeros(place)
        if self.products.is_collapsed:
            width = self.shape.problem.columns.outputs
            return row(0, b.mul(pixels.first_row, width), zeros)
        first, stop = valid_output_range(b, self.shape.problem.rows, place.kernel_row)
        begin = b.maximum_index(first, pixels.first_row)
        end = b.minimum_index(stop, b.add(pixels.first_row, pixels.rows))
        return b.loop(begin, end, 1, zeros, lambda index, sums: row(index, 0, sums))

    def _finish(self, place: Results, mask: SSAValue | None, sums: Sums) -> None:
        """Store the sums, or add them to what is stored; with a mask, those of its lanes."""
        b, problem = self.b, self.shape.problem
        first_tap = b.mul(place.kernel_row, problem.columns.kernel)
        for (channel, kw, number), value in zip(self.tile.keys(place), sums, strict=True):
            of_channel = b.mul(b.add(place.first_channel, channel), problem.taps)
            at = place.vectors[number], b.add(of_channel, b.add(first_tap, kw)), 0
            if mask is not None:
                value = b.mulf(value, mask)
            if self.shape.adds:
                value = b.addf(b.load(self.result, *at), value)
            b.store(value, self.result, *at)
