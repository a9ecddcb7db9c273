"""Named poolings become `conv.pool`."""

from math import prod

from xdsl.dialects.builtin import DYNAMIC_INDEX, TensorType
from xdsl.dialects.linalg.abstract_ops import NamedOperation
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.attributes import PoolKind
from convopt.convdialect.linalg.forms import POOLINGS
from convopt.convdialect.ops.pooling import PoolOp
from convopt.convdialect.shapes import Padding, Window
from convopt.passes.raising.axes import joined, parted
from convopt.passes.raising.reductions import scaled, with_start
from convopt.passes.raising.values import Raising, RaisingError
from convopt.passes.raising.windows import covered, sizes_of, surplus_of, window_of

IMAGES = ("n", "c", "h", "w")


def raise_pooling(raising: Raising, op: Operation, index: int) -> SSAValue:
    """The maximum or the sum of each window."""
    assert isinstance(op, NamedOperation)
    kind = PoolKind.MAX if POOLINGS[op.name].is_maximum else PoolKind.AVERAGE
    pooled = pool_windows(raising, op, kind)
    if kind == PoolKind.AVERAGE:
        pooled = scaled(raising, pooled, prod(pooling_window(op).kernel))
    return with_start(raising, op, pooled, op.outputs[0], kind)


def pool_windows(raising: Raising, op: NamedOperation, kind: PoolKind) -> SSAValue:
    """The maximum or average of each window of the input."""
    axes, window = POOLINGS[op.name].input, pooling_window(op)
    surplus = surplus_of(window, sizes_of(axes, op.inputs[0]), sizes_of(axes, op.results[0]))
    value = covered(raising, op, op.inputs[0], axes, surplus)
    return pool_image(raising, op, value, kind, window)


def pool_image(
    raising: Raising,
    op: NamedOperation,
    value: SSAValue,
    kind: PoolKind,
    window: Window,
) -> SSAValue:
    """The maximum or average of each window of a raised value; padding does not count."""
    axes = POOLINGS[op.name].input
    image = joined(raising, value, axes, IMAGES)
    pooled = raising.emit(
        PoolOp(image, kind, window.kernel, window.stride, window.padding, window.dilation)
    )
    return parted(raising, pooled, IMAGES, axes, sizes_of(axes, op.results[0]))


def pooling_window(op: NamedOperation, padding: Padding = (0, 0, 0, 0)) -> Window:
    """The window of a named pooling."""
    spatial = POOLINGS[op.name].spatial
    shape = op.inputs[1].type
    if not isinstance(shape, TensorType) or DYNAMIC_INDEX in shape.get_shape():
        raise RaisingError(op, f"expected a window of static size, found {shape}")
    window = window_of(op, spatial, dict(zip(spatial, shape.get_shape(), strict=True)))
    return Window(window.kernel, window.stride, padding, window.dilation)
