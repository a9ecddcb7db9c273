"""A convolution kernel of a CPU as the memory model sees it, and where it finds its operands."""

from dataclasses import dataclass
from typing import TypeAlias

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.accesses import COLD, Operand
from convopt.passes.geometry.convolution import Convolution


@dataclass(frozen=True)
class RotateTile:
    """Register tile in pixels of one channel vector; `holds_weights` from tile to tile."""

    rows: int
    columns: int
    holds_weights: bool = False


@dataclass(frozen=True)
class StripTile:
    """Columns of a strip that is walked down."""

    columns: int


@dataclass(frozen=True)
class BroadcastTile:
    """Register tile in pixels of a row and vectors of output channels.

    `loads_vectors`: input channels are loaded as vectors whose lanes FMAs index, else one by one.
    `pairs`: or two by two, for half vectors of output channels, all of which are in `vectors`.
    """

    columns: int
    vectors: int
    loads_vectors: bool = False
    pairs: bool = False


RegisterTile: TypeAlias = RotateTile | StripTile | BroadcastTile


@dataclass(frozen=True)
class EpilogueWork:
    """What is done to every output vector.

    `operations` take an FMA port. `starts`: accumulators start from an operand, such as the bias.
    Other operands are vectors of the channels, or as the output (a residual).
    """

    operations: int = 0
    starts: bool = False
    channel_operands: int = 0
    tensor_operands: int = 0


@dataclass(frozen=True)
class CpuKernel:
    """One image of a convolution, channels in blocks of `lanes`, with its register tile.

    `asks_for_weights`: those of the next block of outputs, while it computes one. `by_rows`: rows
    stay apart, as in a module's stage; else the pixels of a pointwise convolution are one row.
    """

    conv: Convolution
    tile: RegisterTile
    lanes: int
    epilogue: EpilogueWork = EpilogueWork()
    asks_for_weights: bool = False
    by_rows: bool = False

    @property
    def input_blocks(self) -> int:
        return -(-self.conv.channels // self.lanes)

    @property
    def output_blocks(self) -> int:
        """Vectors of output channels, the last perhaps not full."""
        return -(-self.conv.outputs // self.lanes)

    @property
    def is_collapsed(self) -> bool:
        """Whether the image's pixels are one row, of which register tiles are cut."""
        is_broadcast = isinstance(self.tile, BroadcastTile)
        return is_broadcast and self.conv.is_pointwise and not self.by_rows

    @property
    def weight_bytes(self) -> int:
        """As packed, with the zeros of lanes that lack a channel."""
        conv = self.conv
        filters = self.output_blocks * self.lanes
        return FLOAT_BYTES * filters * conv.group_inputs * conv.taps

    def input_bytes(self, rows: int) -> int:
        """Of so many rows of the image."""
        return FLOAT_BYTES * self.input_blocks * self.lanes * rows * self.conv.columns.inputs

    def output_bytes(self, rows: int) -> int:
        """Of so many rows of the image."""
        return FLOAT_BYTES * self.output_blocks * self.lanes * rows * self.conv.columns.outputs

    @property
    def working_set_bytes(self) -> int:
        """Input, weights and output."""
        rows = self.conv.rows
        return self.input_bytes(rows.inputs) + self.weight_bytes + self.output_bytes(rows.outputs)


@dataclass(frozen=True)
class LastTouch:
    """Bytes touched since the operands were touched last, when a kernel begins, and what they are.

    `rows_again` of the input's rows were touched at another distance, `again`.
    """

    input: float = COLD
    weights: float = COLD
    output: float = COLD
    extras: float = COLD
    rows_again: int = 0
    again: float = COLD
    reads: Operand = Operand.INPUT
    writes: Operand = Operand.OUTPUT

    @staticmethod
    def warm(kernel: CpuKernel) -> "LastTouch":
        """The kernel ran just before."""
        near = kernel.working_set_bytes
        return LastTouch(near, near, near, near)

    @staticmethod
    def in_network(kernel: CpuKernel, network_bytes: float) -> "LastTouch":
        """The layer before it made the input; weights were read one run of the network ago."""
        near = kernel.working_set_bytes
        return LastTouch(near, network_bytes, near, near)
