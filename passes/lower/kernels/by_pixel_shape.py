"""The sizes that the rotate and strip schemes share: one accumulator vector a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute

from convopt.convdialect.attributes import Parallel, Prefetch
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import f32_memref

Position = tuple[int, int]


@dataclass(frozen=True)
class ByPixelShape:
    """What the loops need to know. Sizes are in elements, `blocks` in channel blocks.

    `static_edges` and `weights_in_registers` concern rotate alone: a strip always has static edges.
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

    @property
    def taps(self) -> int:
        return self.rows.kernel * self.columns.kernel

    @property
    def parallel_extent(self) -> int:
        if self.parallel is Parallel.BLOCKS:
            return self.batch * self.blocks
        return -(-self.rows.outputs // self.tile[0])

    def argument_types(self, lanes: int, extras: Sequence[bool]) -> list[Attribute]:
        """Input, weights, extras, output; images of a batch lie one after another."""
        images = self.batch * self.blocks
        output = f32_memref(images, self.rows.outputs, self.columns.outputs, lanes)
        return [
            f32_memref(images, self.rows.inputs, self.columns.inputs, lanes),
            f32_memref(self.blocks, self.group_channels * self.taps, lanes),
            *(f32_memref(self.blocks, lanes) if channel else output for channel in extras),
            output,
        ]
