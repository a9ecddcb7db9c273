"""What the loops of a broadcast kernel need to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.schedules import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.lower.builder import Index, f32_memref
from convopt.passes.lower.kernels.next_band import NextBand


@dataclass(frozen=True)
class BroadcastShape:
    """Sizes and decisions; `rows` and `columns` may be a collapsed image (1x1 kernels).

    `pairs`: input channels two at a time, all output channels in one block.
    """

    batch: int
    rows: Axis
    columns: Axis
    channels: InputChannels
    output_vectors: int
    blocked_input: bool
    columns_in_tile: int
    vectors_in_tile: int
    prefetch: Prefetch
    parallel: Parallel
    indexed_fma: bool
    weights_first: bool
    scaled: bool
    pairs: bool = False

    @property
    def output_blocks(self) -> int:
        return self.output_vectors // self.vectors_in_tile

    @property
    def parallel_extent(self) -> int:
        if self.parallel is Parallel.BLOCKS:
            return self.batch * self.output_blocks
        if self.is_collapsed:
            return -(-self.columns.outputs // self.columns_in_tile)
        return self.rows.outputs

    @property
    def is_collapsed(self) -> bool:
        """Whether the image's pixels are one row."""
        return self.rows.outputs == 1

    def whole_vectors(self, lanes: int) -> bool:
        """Whether every block's input channels start at a whole vector (a tail at the end only)."""
        one_range = self.channels.count == self.channels.total
        return self.blocked_input and (one_range or self.channels.group_inputs % lanes == 0)

    def input_type(self, lanes: int) -> Attribute:
        image = (self.rows.inputs, self.columns.inputs)
        if not self.blocked_input:
            return f32_memref(self.batch, self.channels.total, *image)
        return f32_memref(self.batch, self.input_vectors(lanes), *image, lanes)

    def output_type(self, lanes: int) -> Attribute:
        image = (self.rows.outputs, self.columns.outputs)
        return f32_memref(self.batch, self.output_vectors, *image, lanes)

    def weight_types(self, lanes: int, extras: Sequence[bool]) -> list[Attribute]:
        """Of weights, scale if any, and extras, of which some have one value a channel."""
        taps = self.columns.kernel * self.vectors_in_tile
        weights = f32_memref(self.output_blocks, self.rows.kernel, self.channels.count, taps, lanes)
        if self.pairs:
            weights = f32_memref(-(-self.channels.count // 2), self.accumulators(lanes), lanes)
        scale = f32_memref(self.batch, self.input_vectors(lanes), lanes)
        per_channel = f32_memref(self.output_vectors, lanes)
        return [
            weights,
            *([scale] if self.scaled else []),
            *(per_channel if channel else self.output_type(lanes) for channel in extras),
        ]

    def accumulators(self, lanes: int) -> int:
        """Vectors that hold the sums of one pixel."""
        if not self.pairs:
            return self.vectors_in_tile
        return -(-self.channels.group_outputs // (lanes // 2))

    def input_vectors(self, lanes: int) -> int:
        return -(-self.channels.total // lanes)


@dataclass(frozen=True)
class Place:
    """Where a register tile lies: image, output block, its first input channel, first pixel.

    `first_row`: of those that are computed together.
    """

    image: Index
    block: Index
    first_channel: Index
    row: Index
    column: Index
    first_row: Index = 0
    ahead: NextBand | None = None
