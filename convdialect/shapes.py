"""Shape arithmetic of windowed operators: plain integers, no IR."""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.convdialect.errors import ConvoptError

Pair = tuple[int, int]
Padding = tuple[int, int, int, int]

AXES = ("height", "width")
FLOAT_BYTES = 4


@dataclass(frozen=True)
class Window:
    """How a kernel slides over the two spatial axes of an NCHW tensor.

    Pairs are (height, width); `padding` is (top, left, bottom, right) in elements.
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Padding = (0, 0, 0, 0)
    dilation: Pair = (1, 1)

    @property
    def extent(self) -> Pair:
        """Height and width that the dilated kernel spans in the input."""
        return (
            (self.kernel[0] - 1) * self.dilation[0] + 1,
            (self.kernel[1] - 1) * self.dilation[1] + 1,
        )

    def output_size(self, height: int, width: int) -> Pair:
        """Output height and width for an input of `height` x `width`.

        Raises ConvoptError when the kernel does not fit into the padded input.
        """
        top, left, bottom, right = self.padding
        padded = (height + top + bottom, width + left + right)
        for axis, size, extent in zip(AXES, padded, self.extent, strict=True):
            if size < extent:
                raise ConvoptError(
                    f"expected a padded input {axis} of at least {extent} (the kernel's extent), "
                    f"found {size}"
                )
        return (
            (padded[0] - self.extent[0]) // self.stride[0] + 1,
            (padded[1] - self.extent[1]) // self.stride[1] + 1,
        )

    def first_empty_position(self, height: int, width: int) -> tuple[str, int] | None:
        """The first output position whose window holds padding only, as (axis name, index)."""
        outputs = self.output_size(height, width)
        for axis, size in enumerate((height, width)):
            for index in range(outputs[axis]):
                start = index * self.stride[axis] - self.padding[axis]
                first_tap = max(0, ceil_div(-start, self.dilation[axis]))
                position = start + first_tap * self.dilation[axis]
                if first_tap >= self.kernel[axis] or position >= size:
                    return AXES[axis], index
        return None


def ceil_div(dividend: int, divisor: int) -> int:
    """The quotient rounded up."""
    return -(-dividend // divisor)


def conv_macs(result_shape: Sequence[int], filter_shape: Sequence[int]) -> int:
    """Multiply-accumulates of a convolution: NCHW result, OIHW filter with I per group."""
    batch, channels, height, width = result_shape
    _, inputs, kernel_height, kernel_width = filter_shape
    return batch * channels * height * width * inputs * kernel_height * kernel_width


def broadcast_shapes(shapes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The NumPy broadcast of all shapes; raises ConvoptError when there is none."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis, size in enumerate(shape, start=rank - len(shape)):
            if size == 1 or size == result[axis]:
                continue
            if result[axis] != 1:
                listed = " and ".join(str(tuple(each)) for each in shapes)
                raise ConvoptError(f"expected shapes that broadcast together, found {listed}")
            result[axis] = size
    return tuple(result)
