"""What the loops of a broadcast kernel need to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.attributes import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.input_channels import InputChannels
from convopt.passes.lower.builder import Index, f32_memref


@dataclass(frozen=True)
class BroadcastShape:
    """Sizes and decisions; `rows` and `columns` may be a collapsed image (1x1 kernels)."""

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

    def argument_types(self, lanes: int, extras: Sequence[bool]) -> list[Attribute]:
        """Input, weights, scale if any, extras, output."""
        inputs = -(-self.channels.total // lanes)
        image = (self.rows.inputs, self.columns.inputs)
        if self.blocked_input:
            source = f32_memref(self.batch, inputs, *image, lanes)
        else:
            source = f32_memref(self.batch, self.channels.total, *image)
        taps = self.columns.kernel * self.vectors_in_tile
        weights = f32_memref(self.output_blocks, self.rows.kernel, self.channels.count, taps, lanes)
        size = (self.rows.outputs, self.columns.outputs)
        output = f32_memref(self.batch, self.output_vectors, *size, lanes)
        per_channel = f32_memref(self.output_vectors, lanes)
        return [
            source,
            weights,
            *([f32_memref(self.batch, inputs, lanes)] if self.scaled else []),
            *(per_channel if channel else output for channel in extras),
            output,
        ]


@dataclass(frozen=True)
class Place:
    """Where a register tile lies: indices of image, output block, first input channel, row."""

    image: Index
    block: Index
    first_channel: Index
    row: Index
    column: Index
