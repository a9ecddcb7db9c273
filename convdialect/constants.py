"""Weights and other constant tensors: `arith.constant dense<...>`, moved as whole byte strings."""

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    Float32Type,
    LocationAttr,
    NoneAttr,
    TensorType,
)
from xdsl.ir import SSAValue

from convopt.convdialect.layouts import float_tensor

FLOAT32_LITTLE_ENDIAN = np.dtype("<f4")


def constant(array: npt.NDArray[Any], location: LocationAttr | None = None) -> ConstantOp:
    """A constant f32 tensor that holds `array` (converted to f32) in row-major order."""
    data = np.ascontiguousarray(array, dtype=FLOAT32_LITTLE_ENDIAN).tobytes()
    op = ConstantOp(DenseIntOrFPElementsAttr(float_tensor(np.shape(array)), BytesAttr(data)))
    if location is not None:
        op.location = location
    return op


def constant_value(value: SSAValue) -> npt.NDArray[np.float32] | None:
    """The array behind an SSA value (read-only, not copied), or None.

    None for whatever is not the result of an `arith.constant` of a plain f32 tensor.
    """
    if not isinstance(value.owner, ConstantOp):
        return None
    attribute = value.owner.value
    if not isinstance(attribute, DenseIntOrFPElementsAttr):
        return None
    return dense_array(attribute)


def dense_array(attribute: DenseIntOrFPElementsAttr) -> npt.NDArray[np.float32] | None:
    """The elements of a dense attribute of a plain f32 tensor type (read-only), else None."""
    tensor = attribute.type
    if not isinstance(tensor, TensorType) or not isinstance(tensor.encoding, NoneAttr):
        return None
    if not isinstance(tensor.element_type, Float32Type):
        return None
    elements = np.frombuffer(attribute.data.data, dtype=FLOAT32_LITTLE_ENDIAN)
    shape = tensor.get_shape()
    if elements.size != prod(shape):
        return np.broadcast_to(elements, shape) if elements.size == 1 else None
    return elements.reshape(shape)
