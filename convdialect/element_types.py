"""Element types of tensors (f32, f16, i8), and what is computed with for each.

Elements are widened when they are read and, for floats, rounded when they are stored: sums and
scalar regions see f32 for f32 and f16, and i32 for i8.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import numpy as np
from xdsl.dialects.builtin import (
    Float16Type,
    Float32Type,
    IntegerType,
    TensorType,
    f16,
    f32,
    i8,
    i32,
)

ElementType: TypeAlias = Float32Type | Float16Type | IntegerType
"""f32, f16 or i8 in verified IR; the widened ones are f32 or i32."""

ConvTensor: TypeAlias = TensorType[ElementType]

FLOATS: tuple[ElementType, ...] = (f32, f16)
ELEMENT_TYPES: tuple[ElementType, ...] = (*FLOATS, i8)

_WIDENED: Mapping[ElementType, ElementType] = {f32: f32, f16: f32, i8: i32}
_YIELDED: Mapping[ElementType, ElementType] = {f32: f32, f16: f32, i8: i8}
_NUMPY: Mapping[ElementType, str] = {f32: "<f4", f16: "<f2", i8: "i1"}


def element_of(tensor: TensorType) -> ElementType:
    """The element type of a tensor that is known to be one of this dialect."""
    return cast(ElementType, tensor.element_type)


def widened(element: ElementType) -> ElementType:
    """What sums are of, and what a scalar region gets for an element: f32, or i32 for i8."""
    return _WIDENED[element]


def yielded(element: ElementType) -> ElementType:
    """What a scalar region yields for an element: f32, which the store rounds, or i8."""
    return _YIELDED[element]


def channels_of_word(element: ElementType) -> int:
    """Elements that a 32-bit word holds."""
    return 4 // numpy_dtype(element).itemsize


def numpy_dtype(element: ElementType) -> np.dtype[np.generic]:
    """How elements lie in memory, little-endian."""
    return np.dtype(_NUMPY[element])


def alternatives(elements: Sequence[ElementType]) -> str:
    """`f32, f16 or i8`"""
    *first, last = (str(each) for each in dict.fromkeys(elements))
    return f"{', '.join(first)} or {last}" if first else last
