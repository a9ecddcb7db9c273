"""Which taps and outputs of an axis meet in real inputs, not in padding."""

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


def valid_output_range(b: KernelBuilder, axis: Axis, tap: Index) -> tuple[Index, Index]:
    """The outputs [first, stop) for which a tap reads real inputs; `tap` may be known at run time.

    The range may be empty, its stop below its first.
    """
    if isinstance(tap, int):
        outputs = [o for o in range(axis.outputs) if 0 <= axis.input_of(o, tap) < axis.inputs]
        return (outputs[0], outputs[-1] + 1) if outputs else (0, 0)
    # ceil(max(0, pad - tap*dilation) / stride)  and  ceil((inputs + pad - tap*dilation) / stride)
    negated = b.mul(tap, -axis.dilation)
    round_up = axis.stride - 1
    before = b.maximum_index(b.add(negated, axis.pad), 0)
    inside = b.maximum_index(b.add(negated, axis.inputs + axis.pad), 0)
    first = b.div(b.add(before, round_up), axis.stride)
    stop = b.minimum_index(b.div(b.add(inside, round_up), axis.stride), axis.outputs)
    return first, stop
