"""The kernel taps of one output that read real inputs, not padding."""

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import Index, KernelBuilder


def valid_kernel_range(b: KernelBuilder, axis: Axis, output: Index) -> tuple[Index, Index]:
    """The kernel taps [first, stop) of `output` that read real inputs, computed at run time."""
    everywhere = axis.input_of(0, 0) >= 0 and (
        axis.input_of(axis.outputs - 1, axis.kernel - 1) < axis.inputs
    )
    if everywhere:
        return 0, axis.kernel
    if isinstance(output, int):
        taps = [k for k in range(axis.kernel) if 0 <= axis.input_of(output, k) < axis.inputs]
        return (taps[0], taps[-1] + 1) if taps else (0, 0)
    # ceil(max(0, pad - output*stride) / dilation)  and  ceil((inputs + pad - output*stride) / d)
    position = b.mul(output, axis.stride)
    negated = b.mul(position, -1)
    round_up = axis.dilation - 1
    before = b.maximum_index(b.add(negated, axis.pad), 0)
    inside = b.maximum_index(b.add(negated, axis.inputs + axis.pad), 0)
    first = b.div(b.add(before, round_up), axis.dilation)
    stop = b.minimum_index(b.div(b.add(inside, round_up), axis.dilation), axis.kernel)
    return first, stop
