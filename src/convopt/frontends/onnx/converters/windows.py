"""The sliding window of Conv and pooling nodes, from kernel, strides, pads and auto_pad."""

from collections.abc import Sequence

from convopt.convdialect.shapes import Padding, Window
from convopt.frontends.building.function import Unsupported
from convopt.frontends.onnx.context import NodeContext


def window_of(context: NodeContext, kernel: Sequence[int], size: Sequence[int]) -> Window:
    """The window over an input of height and width `size`, before any rounding up."""
    strides = _pair(context.attribute("strides", (1, 1)), "strides")
    dilations = _pair(context.attribute("dilations", (1, 1)), "dilations")
    window = Window(_pair(kernel, "kernel_shape"), strides, (0, 0, 0, 0), dilations)
    auto_pad = context.attribute("auto_pad", "NOTSET")
    if auto_pad == "VALID":
        return window
    padding = _explicit(context) if auto_pad in ("NOTSET", "") else _same(window, size, auto_pad)
    return Window(window.kernel, strides, padding, dilations)


def _pair(values: Sequence[int], what: str) -> tuple[int, int]:
    if len(values) != 2:
        raise Unsupported(f"expected two {what} (height, width), found {list(values)}")
    return values[0], values[1]


def _explicit(context: NodeContext) -> Padding:
    top, left, bottom, right = context.attribute("pads", (0, 0, 0, 0))
    if min(top, left, bottom, right) < 0:
        raise Unsupported(f"expected pads of at least 0, found {[top, left, bottom, right]}")
    return top, left, bottom, right


def _same(window: Window, size: Sequence[int], auto_pad: str) -> Padding:
    """Padding for an output of input size over stride, rounded up; an odd one has its extra
    element at the end (SAME_UPPER) or at the start (SAME_LOWER)."""
    pairs = []
    for length, stride, extent in zip(size, window.stride, window.extent, strict=True):
        total = (-(-length // stride) - 1) * stride + extent - length
        if total < -1:
            # ONNX's formula then crops the input, where other frameworks pad nothing.
            raise Unsupported(f"expected a stride within the kernel for {auto_pad}, found {stride}")
        total = max(total, 0)
        small, large = total // 2, total - total // 2
        pairs.append((large, small) if auto_pad == "SAME_LOWER" else (small, large))
    (top, bottom), (left, right) = pairs
    return top, left, bottom, right
