"""What the loops of weight gradients made lane by lane need to know."""

from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.gradient_schedules import GradientTileAttr
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.weight_gradients import WeightGradient, kernel_row_groups
from convopt.passes.lower.builder import Index, f32_memref

SumKey = tuple[int, int, int]
"""Names an accumulator of a pass: set, kernel row, kernel column."""


@dataclass(frozen=True)
class SumsPass:
    """Accumulators that are alive at once: of some kernel rows, for lanes that differ by `mask`.

    Lane l adds up products of input lane l and output lane l xor `mask`. `first`: which of the
    block's result vectors is that of the first tap.
    """

    mask: int
    kernel_rows: range
    first: Index


@dataclass(frozen=True)
class LaneGradientShape:
    """Sizes and decisions. `static_edges`: edges have code of their own in both directions.

    `registers`: those for vectors.
    """

    problem: WeightGradient
    tile: GradientTileAttr
    lanes: int
    registers: int
    static_edges: bool

    @property
    def rows(self) -> Axis:
        return self.problem.rows

    @property
    def columns(self) -> Axis:
        return self.problem.columns

    @property
    def group_channels(self) -> int:
        """Input channels of a group; also output channels where it is more than one."""
        return self.problem.group_inputs

    @property
    def multiplier(self) -> int:
        """Neighbouring lanes of the gradient that belong to one input channel."""
        return self.problem.group_outputs if self.group_channels == 1 else 1

    @property
    def blocks(self) -> int:
        """Blocks of output channels."""
        return -(-self.problem.outputs // self.lanes)

    @property
    def tile_size(self) -> tuple[int, int]:
        return self.tile.rows.data, self.tile.columns.data

    @property
    def sets(self) -> int:
        return self.tile.sets.data

    @property
    def masks(self) -> range:
        return range(self.group_channels)

    @property
    def results(self) -> int:
        """Vectors of a block."""
        return self.group_channels * self.problem.taps

    @property
    def passes(self) -> list[SumsPass]:
        """In their order; the passes of a mask follow each other."""
        taps, kernel_columns = self.problem.taps, self.columns.kernel
        groups = kernel_row_groups(self.rows.kernel, self.tile.passes.data)
        return [
            SumsPass(mask, group, mask * taps + group.start * kernel_columns)
            for mask in self.masks
            for group in groups
        ]

    def keys(self, each: SumsPass) -> list[SumKey]:
        """The accumulators of a pass in their order."""
        return [
            (number, kh, kw)
            for number in range(self.sets)
            for kh in each.kernel_rows
            for kw in range(self.columns.kernel)
        ]

    @property
    def input_type(self) -> Attribute:
        blocks = -(-self.problem.channels // self.lanes)
        size = (self.rows.inputs, self.columns.inputs)
        return f32_memref(self.problem.batch, blocks, *size, self.lanes)

    @property
    def grad_type(self) -> Attribute:
        size = (self.rows.outputs, self.columns.outputs)
        return f32_memref(self.problem.batch, self.blocks, *size, self.lanes)

    @property
    def result_type(self) -> Attribute:
        """[block, input channel of the group and tap, lane]."""
        return f32_memref(self.blocks, self.results, self.lanes)
