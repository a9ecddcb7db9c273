"""What the loops of a weight gradient made of outer products need to know."""

from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.gradient_schedules import GradientTileAttr
from convopt.passes.geometry.axis_tiles import balanced_sizes
from convopt.passes.geometry.outer_products import OuterProducts
from convopt.passes.geometry.weight_gradients import WeightGradient
from convopt.passes.lower.builder import Index, f32_memref
from convopt.passes.lower.kernels.chunks import Chunks


@dataclass(frozen=True)
class OuterProductShape:
    """Sizes and decisions.

    `loads_vectors`: inputs come as vectors, of which an FMA takes one lane. `keeps_inputs`: they
    stay in registers for the tile's next pixels. `vectors_apart`: each vector of outputs is
    addressed on its own, so that neighbouring pixels are loaded in pairs.
    """

    products: OuterProducts
    tile: GradientTileAttr
    loads_vectors: bool
    keeps_inputs: bool
    vectors_apart: bool

    @property
    def problem(self) -> WeightGradient:
        return self.products.problem

    @property
    def lanes(self) -> int:
        return self.products.lanes

    @property
    def vectors(self) -> int:
        """Vectors of output channels in a tile."""
        return self.tile.vectors.data

    @property
    def output_tiles(self) -> int:
        """Of all groups."""
        return self.products.output_vectors // self.vectors

    @property
    def chunks(self) -> Chunks:
        """What threads share: tiles of outputs, and runs of input channels where those are few."""
        return Chunks(self.output_tiles, self.products.runs)

    @property
    def blocks_of_pixels(self) -> int:
        """Sums are added to the result so many times."""
        counts = (count for _, count in self.products.row_blocks(self.tile.rows.data))
        return self.problem.batch * sum(counts)

    @property
    def adds(self) -> bool:
        """Whether sums are added to the result; else they are it."""
        return self.blocks_of_pixels > 1 or self.products.is_mixed

    def channel_tiles(self, channels: int) -> list[range]:
        """The first `channels` of a run in tiles."""
        tiles: list[range] = []
        start = 0
        for size, count in balanced_sizes(channels, self.tile.channels.data):
            for _ in range(count):
                tiles.append(range(start, start + size))
                start += size
        return tiles

    @property
    def input_type(self) -> Attribute:
        rows, columns = self.problem.rows.inputs, self.problem.columns.inputs
        return self._image(-(-self.problem.channels // self.lanes), rows, columns)

    @property
    def grad_type(self) -> Attribute:
        rows, columns = self.problem.rows.outputs, self.problem.columns.outputs
        return self._image(self.products.output_vectors, rows, columns)

    @property
    def result_type(self) -> Attribute:
        """[vector, input channel of the group and tap, lane]."""
        results = self.problem.group_inputs * self.problem.taps
        return f32_memref(self.products.output_vectors, results, self.lanes)

    def _image(self, blocks: int, rows: int, columns: int) -> Attribute:
        """[image, block, row, column, lane]; a collapsed image is one row."""
        size = (1, rows * columns) if self.products.is_collapsed else (rows, columns)
        return f32_memref(self.problem.batch, blocks, *size, self.lanes)


@dataclass(frozen=True)
class Results:
    """Which results a tile makes: of `vectors` of outputs and some input channels of a group.

    These are `channels` of a run that begins with the group's `first_channel`, and lies in
    `input_block` from `first_lane` on. Taps are of one kernel row.
    """

    vectors: tuple[Index, ...]
    input_block: Index
    first_lane: Index
    first_channel: Index
    channels: range
    kernel_row: Index
    kernel_columns: range


@dataclass(frozen=True)
class Pixels:
    """Which pixels of the gradient are summed: `rows` of an image from `first_row`."""

    image: Index
    first_row: Index
    rows: int
