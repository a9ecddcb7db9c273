"""Which kernel scheme a convolution takes, and the geometry that its loops run over."""

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.gradients import BackwardDataOp, GradientOp, WeightGradientOp
from convopt.convdialect.schedules import TileScheme
from convopt.passes.geometry.axis_tiles import Axis


def scheme_of(op: ConvolutionOp, target: CpuTarget) -> TileScheme:
    """Rotate where a vector holds whole groups with as many outputs as inputs, else broadcast.

    A group as wide as a vector takes the broadcast scheme where an FMA can index a lane: it needs
    no rotation then.
    """
    group_inputs = op.filter_type.get_shape()[1]
    if op.multiplier != group_inputs or target.lanes % group_inputs:
        return TileScheme.BROADCAST
    if op.group_count == 1:
        return TileScheme.BROADCAST
    if target.indexed_fma and group_inputs == target.lanes:
        return TileScheme.BROADCAST
    return TileScheme.ROTATE


def axes_of(op: ConvolutionOp | WeightGradientOp) -> tuple[Axis, Axis]:
    """Rows and columns of a convolution, or of the one that a weight gradient belongs to."""
    outputs = op.grad_type if isinstance(op, WeightGradientOp) else op.result_type
    _, _, height, width = op.input_type.get_shape()
    _, _, out_height, out_width = outputs.get_shape()
    window = op.window
    (kh, kw), (sh, sw), (dh, dw) = window.kernel, window.stride, window.dilation
    top, left, _, _ = window.padding
    return (
        Axis(height, out_height, kh, sh, top, dh),
        Axis(width, out_width, kw, sw, left, dw),
    )


def is_depthwise_gradient(op: GradientOp) -> bool:
    """Whether each channel of the convolution is a group of its own, on both sides."""
    inputs, outputs = (t.get_shape()[1] for t in (op.input_type, op.grad_type))
    return op.group_count == inputs == outputs > 1


def backward_axes_of(op: BackwardDataOp) -> tuple[Axis, Axis]:
    """Rows and columns of the convolution of the gradient with the reversed filter.

    The gradient's pixels stand as far apart as the stride says.
    """
    rows, columns = (
        Axis(
            op.grad_type.get_shape()[2 + axis],
            op.result_type.get_shape()[2 + axis],
            op.window.kernel[axis],
            pad=op.window.extent[axis] - 1 - op.window.padding[axis],
            dilation=op.window.dilation[axis],
            base_dilation=op.window.stride[axis],
        )
        for axis in (0, 1)
    )
    return rows, columns


def is_collapsible(rows: Axis, columns: Axis) -> bool:
    """Whether output pixel i is made of input pixel i alone: a 1x1 kernel, stride 1, no padding."""
    return all(
        axis.kernel == 1 and axis.stride == 1 and axis.inputs == axis.outputs
        for axis in (rows, columns)
    )


def collapsed(rows: Axis, columns: Axis) -> tuple[Axis, Axis]:
    """The same pixels as a single row."""
    pixels = rows.outputs * columns.outputs
    return Axis(1, 1, 1), Axis(pixels, pixels, 1)


def reads_blocks(op: ConvolutionOp) -> bool:
    """Whether the input lies in channel blocks."""
    return block_of(op.input_type) > 1
