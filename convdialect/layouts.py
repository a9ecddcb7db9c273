"""Tensor types and how they lie in memory."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import Float32Type, NoneAttr, TensorType, f32
from xdsl.ir import SSAValue

from convopt.convdialect.attributes import LayoutAttr, LayoutKind
from convopt.convdialect.shapes import ceil_div

FloatTensor = TensorType[Float32Type]


def float_tensor(shape: Sequence[int]) -> FloatTensor:
    """An f32 tensor type in plain row-major layout."""
    return TensorType(f32, shape)


def tensor_of(value: SSAValue) -> FloatTensor:
    """The type of a value that is known to be an f32 tensor."""
    return cast(FloatTensor, value.type)


def block_of(tensor: TensorType) -> int:
    """Channels a block; 1 for a plain row-major tensor."""
    encoding = tensor.encoding
    return encoding.block.data if isinstance(encoding, LayoutAttr) else 1


def blocked(tensor: FloatTensor, lanes: int) -> FloatTensor:
    """The same logical tensor in channel blocks of `lanes`; plain when `lanes` is 1."""
    if lanes == 1:
        return plain(tensor)
    return TensorType(tensor.element_type, tensor.get_shape(), LayoutAttr(LayoutKind.NCHWC, lanes))


def plain(tensor: FloatTensor) -> FloatTensor:
    """The same logical tensor in row-major layout."""
    if isinstance(tensor.encoding, NoneAttr):
        return tensor
    return TensorType(tensor.element_type, tensor.get_shape())


def physical_shape(tensor: TensorType) -> tuple[int, ...]:
    """Sizes of the row-major array that stores the tensor, channel tail included."""
    shape = tensor.get_shape()
    block = block_of(tensor)
    if block == 1:
        return shape
    batch, channels, height, width = shape
    return batch, ceil_div(channels, block), height, width, block
