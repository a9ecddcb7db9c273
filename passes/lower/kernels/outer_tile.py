"""The register tile of outer products: input channels times kernel columns times output vectors."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import Axis, TileClass
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.outer_product_shape import OuterProductShape, Results

SumKey = tuple[int, int, int]
"""Names an accumulator: input channel of the run, kernel column, vector of the tile."""


class OuterTile:
    """Adds the products of some pixels to a tile's accumulators."""

    def __init__(
        self, builder: KernelBuilder, shape: OuterProductShape, source: SSAValue, grad: SSAValue
    ):
        self.b = builder
        self.shape = shape
        self.input_map = source
        self.grad_map = grad

    def keys(self, place: Results) -> list[SumKey]:
        """The accumulators in their order."""
        return [
            (channel, kw, number)
            for channel in place.channels
            for kw in place.kernel_columns
            for number in range(self.shape.vectors)
        ]

    def zeros(self, place: Results) -> list[SSAValue]:
        return [self.b.splat(0.0)] * len(self.keys(place))

    def add(
        self,
        place: Results,
        image: Index,
        row: Index,
        first_pixel: Index,
        axis: Axis,
        columns: TileClass,
        column: Index,
        sums: Sequence[SSAValue],
    ) -> list[SSAValue]:
        """The sums with the products of the gradient's pixels from `column` on.

        `axis` has the tile's kernel columns alone. Pixels of a row count from `first_pixel`.
        """
        b, problem = self.b, self.shape.problem
        named = dict(zip(self.keys(place), sums, strict=True))
        input_row = row
        if not self.shape.products.is_collapsed:
            input_row = b.add(b.mul(row, problem.rows.stride), -problem.rows.pad)
            input_row = b.add(input_row, b.mul(place.kernel_row, problem.rows.dilation))
        input_column = b.add(first_pixel, b.mul(column, axis.stride))
        inputs: dict[int, list[tuple[int, SSAValue]]] = {}
        for q in range(columns.size):
            taps = [kw for kw in range(axis.kernel) if columns.valid[q][kw]]
            if not taps:
                continue
            if not self.shape.keeps_inputs:
                inputs.clear()
                if not (self.shape.vectors_apart and q % 2):
                    b.fence()  # else LLVM loads more pixels than registers are left for
            pixel = b.add(first_pixel, b.add(column, q))
            grads = [
                b.load(self.grad_map, image, vector, row, pixel, 0) for vector in place.vectors
            ]
            for tap in taps:
                offset = axis.input_of(q, tap)
                if offset not in inputs:
                    at = image, input_row, b.add(input_column, offset)
                    inputs[offset] = self._inputs(place, *at)
                for channel, value in inputs[offset]:
                    for number, grad in enumerate(grads):
                        key = (channel, place.kernel_columns[tap], number)
                        named[key] = b.fma(value, grad, named[key])
        return list(named.values())

    def _inputs(
        self, place: Results, image: Index, row: Index, column: Index
    ) -> list[tuple[int, SSAValue]]:
        """A pixel's channels, each in all lanes."""
        b, at = self.b, (image, place.input_block, row, column)
        if self.shape.loads_vectors:
            vector = b.load(self.input_map, *at, 0)
            return [(channel, b.splat_lane(vector, channel)) for channel in place.channels]
        return [
            (channel, b.load_splat(self.input_map, *at, b.add(place.first_lane, channel)))
            for channel in place.channels
        ]
