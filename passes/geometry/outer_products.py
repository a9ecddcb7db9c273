"""How the channels of a weight gradient are divided into outer products.

A product multiplies some input channels, each broadcast, with vectors of output channels. Vectors
that hold output channels of several groups are multiplied with each group's inputs in turn, and the
lanes of the others are left out.
"""

from dataclasses import dataclass
from math import gcd

from convopt.passes.geometry.axis_tiles import Axis, balanced_sizes
from convopt.passes.geometry.schemes import collapsed, is_collapsible
from convopt.passes.geometry.weight_gradients import WeightGradient


@dataclass(frozen=True)
class ProductTile:
    """Accumulators: of input channels, kernel columns and vectors of output channels."""

    channels: int
    taps: int
    vectors: int

    @property
    def sums(self) -> int:
        return self.channels * self.taps * self.vectors


@dataclass(frozen=True)
class OuterProducts:
    """A weight gradient on vectors of `lanes` channels."""

    problem: WeightGradient
    lanes: int

    @property
    def is_mixed(self) -> bool:
        """Whether a vector of output channels may hold those of several groups."""
        return self.problem.groups > 1 and self.problem.group_outputs % self.lanes != 0

    @property
    def output_vectors(self) -> int:
        return -(-self.problem.outputs // self.lanes)

    @property
    def group_vectors(self) -> int:
        """Vectors of output channels that take the same input channels."""
        if self.is_mixed:
            return 1
        return -(-self.problem.group_outputs // self.lanes)

    @property
    def run(self) -> int:
        """Input channels of a group that lie in the same block wherever the group begins."""
        inputs = self.problem.group_inputs
        if self.problem.groups == 1 or inputs % self.lanes == 0:
            return self.lanes
        return gcd(inputs, self.lanes)

    @property
    def runs(self) -> int:
        """Of each group; the last has fewer channels where there is a tail."""
        return -(-self.problem.group_inputs // self.run)

    @property
    def tail(self) -> int:
        """Channels of a last run that is not full; 0 if there is none."""
        return self.problem.group_inputs % self.run

    def loads_vectors(self, indexed_fma: bool) -> bool:
        """Whether inputs come as vectors, of which an FMA takes one lane."""
        return indexed_fma and self.run == self.lanes

    def keeps_inputs(self, tile: ProductTile, registers: int, indexed_fma: bool) -> bool:
        """Whether inputs stay in registers for the neighbouring pixels that meet them, too."""
        if tile.taps == 1:
            return False
        kept = tile.taps * (1 if self.loads_vectors(indexed_fma) else tile.channels)
        return tile.sums + tile.vectors + kept <= registers - 4

    @property
    def is_collapsed(self) -> bool:
        """Whether the pixels of an image are one row."""
        return is_collapsible(self.problem.rows, self.problem.columns)

    def row_blocks(self, rows: int) -> list[tuple[int, int]]:
        """(size, count) of blocks of at most `rows` rows of the gradient."""
        return balanced_sizes(self.problem.rows.outputs, rows)

    def taps_of(self, taps: int) -> list[range]:
        """Kernel columns in tiles of at most `taps`."""
        tiles: list[range] = []
        start = 0
        for size, count in balanced_sizes(self.problem.columns.kernel, taps):
            for _ in range(count):
                tiles.append(range(start, start + size))
                start += size
        return tiles

    def pixels(self, rows: int, kernel_columns: range) -> Axis:
        """What a loop over pixels runs along: a row of an image, or `rows` collapsed ones."""
        axis = self.problem.columns
        if self.is_collapsed:
            return collapsed(Axis(rows, rows, 1), axis)[1]
        pad = axis.pad - kernel_columns.start * axis.dilation
        kernel = len(kernel_columns)
        return Axis(axis.inputs, axis.outputs, kernel, axis.stride, pad, axis.dilation)
