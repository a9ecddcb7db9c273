"""Weights and other constant tensors: `arith.constant dense<...>`, moved as whole byte strings."""

from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    LocationAttr,
    NoneAttr,
    TensorType,
    f32,
)
from xdsl.ir import SSAValue

from convopt.convdialect.element_types import (
    ELEMENT_TYPES,
    ConvTensor,
    ElementType,
    element_of,
    numpy_dtype,
)

LOWEST = float(np.finfo(np.float32).min)
"""The lowest finite f32, which some tools write for minus infinity."""


def constant(
    array: npt.NDArray[Any],
    location: LocationAttr | None = None,
    element: ElementType = f32,
) -> ConstantOp:
    """A constant tensor that holds `array`, converted to `element`, in row-major order."""
    with np.errstate(over="ignore"):
        data = np.ascontiguousarray(array, dtype=numpy_dtype(element)).tobytes()
    tensor: ConvTensor = TensorType(element, np.shape(array))
    op = ConstantOp(DenseIntOrFPElementsAttr(tensor, BytesAttr(data)))
    if location is not None:
        op.location = location
    return op


def constant_value(value: SSAValue) -> npt.NDArray[np.float32] | None:
    """The f32 array behind an SSA value (read-only, not copied), or None.

    None for whatever is not the result of an `arith.constant` of a plain f32 tensor.
    """
    array = constant_elements(value)
    if array is None or array.dtype != numpy_dtype(f32):
        return None
    return cast(npt.NDArray[np.float32], array)


def constant_elements(value: SSAValue) -> npt.NDArray[Any] | None:
    """As constant_value, for constants of any element type of the dialect, in the type's dtype."""
    if not isinstance(value.owner, ConstantOp):
        return None
    attribute = value.owner.value
    if not isinstance(attribute, DenseIntOrFPElementsAttr):
        return None
    return dense_array(attribute)


def dense_array(attribute: DenseIntOrFPElementsAttr) -> npt.NDArray[Any] | None:
    """The elements of a dense attribute of a plain f32, f16 or i8 tensor (read-only), else None."""
    tensor = attribute.type
    if not isinstance(tensor, TensorType) or not isinstance(tensor.encoding, NoneAttr):
        return None
    if tensor.element_type not in ELEMENT_TYPES:
        return None
    elements = np.frombuffer(attribute.data.data, dtype=numpy_dtype(element_of(tensor)))
    shape = tensor.get_shape()
    if elements.size != prod(shape):
        return np.broadcast_to(elements, shape) if elements.size == 1 else None
    return elements.reshape(shape)
