"""The windows of named convolutions and poolings, and what they cover of an image."""

from collections.abc import Mapping, Sequence

from xdsl.dialects import tensor
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.linalg.forms import SPATIAL
from convopt.convdialect.linalg.named import window_numbers
from convopt.convdialect.shapes import Window
from convopt.passes.raising.structure import pad_value, padded, padding_of
from convopt.passes.raising.values import Raising, RaisingError


def window_of(op: Operation, spatial: str, kernel: Mapping[str, int]) -> Window:
    """The window of a named operation whose kernel has these sizes, without padding."""
    strides = window_numbers(op, "strides", spatial)
    dilations = window_numbers(op, "dilations", spatial)
    return Window(
        (kernel.get("h", 1), kernel.get("w", 1)),
        (strides.get("h", 1), strides.get("w", 1)),
        dilation=(dilations.get("h", 1), dilations.get("w", 1)),
    )


def sizes_of(axes: Sequence[str], value: SSAValue) -> dict[str, int]:
    """The size of each axis of a tensor."""
    return dict(zip(axes, tensor_of(value).get_shape(), strict=True))


def surplus_of(window: Window, taken: Mapping[str, int], made: Mapping[str, int]) -> dict[str, int]:
    """Rows and columns of the input that would make more windows than the result has.

    MLIR takes larger inputs than windows cover; "ceil mode" is written so, with too much padding.
    """
    surplus = {}
    for axis, stride, extent in zip(SPATIAL, window.stride, window.extent, strict=True):
        more = taken.get(axis, 1) - (made.get(axis, 1) - 1) * stride - extent
        surplus[axis] = more if more >= stride else 0
    return surplus


def covered(
    raising: Raising, op: Operation, value: SSAValue, axes: Sequence[str], surplus: dict[str, int]
) -> SSAValue:
    """A raised input without its surplus, which must be padding."""
    if not any(surplus.values()):
        return raising.value(value, op)
    pad = value.owner
    if isinstance(pad, tensor.PadOp):
        low, high = padding_of(pad)
        less = [much - surplus.get(axis, 0) for axis, much in zip(axes, high, strict=True)]
        if min(less) >= 0:
            return padded(raising, pad, pad.source, low, less, pad_value(pad))
    found = " and ".join(f"{much} of {axis}" for axis, much in surplus.items() if much)
    raise RaisingError(op, f"expected windows up to the end of the input, found a rest: {found}")
