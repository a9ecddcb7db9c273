"""The sizes that the rotate and strip schemes share: one accumulator vector a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.schedules import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import Index, KernelBuilder, f32_memref

Position = tuple[int, int]


def first_input(b: KernelBuilder, axis: Axis, output: Index) -> Index:
    """The input that stands where a tile's first output does."""
    return b.div(b.mul(output, axis.stride), axis.base_dilation)


@dataclass(frozen=True)
class ByPixelShape:
    """What the loops need to know. Sizes are in elements, `blocks` in channel blocks.

    `static_edges` and `weights_in_registers` concern rotate alone: a strip always has static edges.
    With `reversed_taps` the weights lie from the last tap to the first.
    """

    batch: int
    blocks: int
    rows: Axis
    columns: Axis
    group_channels: int
    tile: Position
    static_edges: bool
    weights_in_registers: bool
    prefetch: Prefetch
    parallel: Parallel
    reversed_taps: bool = False

    def place_of(self, tap: int) -> int:
        """Where the weights of a tap lie among those of a pass."""
        return self.taps - 1 - tap if self.reversed_taps else tap

    @property
    def taps(self) -> int:
        return self.rows.kernel * self.columns.kernel

    @property
    def units(self) -> int:
        """Blocks of all images."""
        return self.batch * self.blocks

    def image_and_block(self, b: KernelBuilder, unit: Index) -> tuple[Index, Index]:
        return (0, unit) if self.batch == 1 else b.divmod(unit, self.blocks)

    @property
    def parallel_extent(self) -> int:
        if self.parallel is Parallel.BLOCKS:
            return self.units
        return -(-self.rows.outputs // self.tile[0])

    def input_type(self, lanes: int) -> Attribute:
        return f32_memref(self.batch, self.blocks, self.rows.inputs, self.columns.inputs, lanes)

    def output_type(self, lanes: int) -> Attribute:
        return f32_memref(self.batch, self.blocks, self.rows.outputs, self.columns.outputs, lanes)

    def weight_types(self, lanes: int, extras: Sequence[bool]) -> list[Attribute]:
        """Of weights and extras, of which some have one value a channel."""
        per_channel = f32_memref(self.blocks, lanes)
        return [
            f32_memref(self.blocks, self.group_channels * self.taps, lanes),
            *(per_channel if channel else self.output_type(lanes) for channel in extras),
        ]
