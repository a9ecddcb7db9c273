"""What the strip schemes share: strips of columns, each walked down with weights in registers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.geometry.axis_tiles import TileClass, tile_axis
from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.output_rows import KernelOutput

Row = list[SSAValue]
"""One output row's accumulators."""


@dataclass(frozen=True)
class Strip:
    """Where a strip lies, what its accumulators start from, and its weights."""

    image: Index
    block: Index
    column: Index
    columns: TileClass
    start: SSAValue
    weights: Sequence[SSAValue]

    def new_row(self) -> Row:
        return [self.start] * self.columns.size


class ColumnStrips(ABC):
    """Writes the loops of one kernel; the parallel index runs over batch times blocks."""

    def __init__(
        self,
        builder: KernelBuilder,
        shape: ByPixelShape,
        source: FeatureMap,
        weights: SSAValue,
        output: KernelOutput,
    ):
        self.b = builder
        self.shape = shape
        self.input = source.buffer
        self.weights = weights
        self.output = output

    @abstractmethod
    def walk(self, strip: Strip) -> None:
        """Make all rows of a strip."""

    def write(self, begin: Index, end: Index) -> None:
        """The parallel indices [begin, end)."""
        self.b.each(begin, end, self._unit)

    def _unit(self, unit: Index) -> None:
        shape = self.shape
        image, block = shape.image_and_block(self.b, unit)
        weights = [
            self.b.load(self.weights, block, shape.place_of(tap), 0) for tap in range(shape.taps)
        ]
        start = self.output.start_value(block)
        for column_class in tile_axis(shape.columns, shape.tile[1]):

            def strip(column: Index, column_class: TileClass = column_class) -> None:
                self.walk(Strip(image, block, column, column_class, start, weights))

            self.b.each(column_class.start, column_class.stop, strip, step=column_class.size)
