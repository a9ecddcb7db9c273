"""Tensor types and how they lie in memory."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import NoneAttr, TensorType, f32
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.element_types import ConvTensor, ElementType
from convopt.convdialect.shapes import ceil_div


def float_tensor(shape: Sequence[int]) -> ConvTensor:
    """An f32 tensor type in plain row-major layout."""
    return TensorType(f32, shape)


def tensor_of(value: SSAValue) -> ConvTensor:
    """The type of a value that is known to be a tensor of this dialect."""
    return cast(ConvTensor, value.type)


def block_of(tensor: TensorType) -> int:
    """Channels a block; 1 for a plain row-major tensor."""
    encoding = tensor.encoding
    return encoding.block.data if isinstance(encoding, LayoutAttr) else 1


def blocked(tensor: ConvTensor, lanes: int) -> ConvTensor:
    """The same logical tensor in channel blocks of `lanes`; plain when `lanes` is 1."""
    if lanes == 1:
        return plain(tensor)
    return TensorType(tensor.element_type, tensor.get_shape(), LayoutAttr(LayoutKind.NCHWC, lanes))


def plain(tensor: ConvTensor) -> ConvTensor:
    """The same logical tensor in row-major layout."""
    if isinstance(tensor.encoding, NoneAttr):
        return tensor
    return reshaped(tensor, tensor.get_shape())


def reshaped(tensor: ConvTensor, shape: Sequence[int]) -> ConvTensor:
    """A plain tensor of another shape and the same elements."""
    return TensorType(tensor.element_type, shape)


def with_elements(tensor: ConvTensor, element: ElementType) -> ConvTensor:
    """A tensor of the same shape and layout, and of other elements."""
    return TensorType(element, tensor.get_shape(), tensor.encoding)


def physical_shape(tensor: TensorType) -> tuple[int, ...]:
    """Sizes of the row-major array that stores the tensor, channel tail included."""
    shape = tensor.get_shape()
    block = block_of(tensor)
    if block == 1:
        return shape
    batch, channels, height, width = shape
    return batch, ceil_div(channels, block), height, width, block
