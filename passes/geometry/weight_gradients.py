"""The geometry of weight gradients: what their loops run over, and which schemes can do them."""

from dataclasses import dataclass

from convopt.convdialect.gradient_schedules import GradientScheme
from convopt.convdialect.ops.gradients import WeightGradientOp
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.geometry.tile_classes import profile

STATIC_FMA_LIMIT = 8000
"""FMAs in a kernel's text beyond which edges are not unrolled: a 7x7 kernel's are 6000."""
FEW_REGISTERS = 8
"""Beside accumulators: LLVM then loads inputs before there is room for them, if it can."""


@dataclass(frozen=True)
class WeightGradient:
    """Sizes alone; `rows` and `columns` are the convolution's, their outputs are the gradient's."""

    rows: Axis
    columns: Axis
    channels: int
    outputs: int
    groups: int
    batch: int

    @property
    def group_inputs(self) -> int:
        return self.channels // self.groups

    @property
    def group_outputs(self) -> int:
        return self.outputs // self.groups

    @property
    def taps(self) -> int:
        return self.rows.kernel * self.columns.kernel

    @property
    def pixels(self) -> int:
        """Products that each result is the sum of; those with padding count."""
        return self.batch * self.rows.outputs * self.columns.outputs

    def has_lanes(self, lanes: int) -> bool:
        """Whether input and output channels that belong together can share a lane.

        Vectors of outputs hold whole groups, of as many inputs as outputs or of a single input.
        """
        inputs, outputs = self.group_inputs, self.group_outputs
        return lanes % outputs == 0 and inputs in (1, outputs)

    def has_static_edges(self, rows: int, columns: int) -> bool:
        """Whether every edge class of tiles by lane gets code of its own, for each mask again."""
        taps_in_rows = sum(each.taps for each in profile(self.rows, rows))
        taps_in_columns = sum(each.taps for each in profile(self.columns, columns))
        return self.group_inputs * taps_in_rows * taps_in_columns <= STATIC_FMA_LIMIT

    def schemes(self, lanes: int) -> tuple[GradientScheme, ...]:
        """What can be done at all, well or badly."""
        if not self.has_lanes(lanes):
            return (GradientScheme.BROADCAST,)
        if self.group_inputs > 1 or self.rows.dilation > 1:
            return (GradientScheme.GRAD, GradientScheme.INPUT, GradientScheme.BROADCAST)
        return tuple(GradientScheme)


def weight_gradient_of(op: WeightGradientOp) -> WeightGradient:
    """The sizes of an operation."""
    batch, channels = op.input_type.get_shape()[:2]
    outputs = op.grad_type.get_shape()[1]
    return WeightGradient(*axes_of(op), channels, outputs, op.group_count, batch)


def kernel_row_groups(kernel_rows: int, passes: int) -> tuple[range, ...]:
    """Kernel rows divided as evenly as possible, the larger groups first.

    >>> kernel_row_groups(7, 3)
    (range(0, 3), range(3, 5), range(5, 7))
    """
    base, larger = divmod(kernel_rows, passes)
    groups: list[range] = []
    for number in range(passes):
        start = groups[-1].stop if groups else 0
        groups.append(range(start, start + base + (number < larger)))
    return tuple(groups)
