"""How the reference holds tensors in NumPy arrays, and what it computes with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType, f32

from convopt.convdialect.element_types import element_of, numpy_dtype

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Storage:
    """f16 tensors are float16 arrays and i8 tensors int8 arrays; `dtype` stands for f32."""

    dtype: np.dtype[Any]

    def dtype_of(self, tensor: TensorType) -> np.dtype[Any]:
        element = element_of(tensor)
        return self.dtype if element == f32 else numpy_dtype(element)

    def widened(self, array: Array) -> Array:
        """What is computed with: `dtype` for f16, int32 for i8; the others as they are."""
        if array.dtype == np.int8:
            return array.astype(np.int32)
        return array.astype(self.dtype) if array.dtype == np.float16 else array

    def stored(self, array: Array, tensor: TensorType) -> Array:
        """What was computed as a tensor holds it: f16 is rounded here, and only here."""
        with np.errstate(over="ignore"):
            return array.astype(self.dtype_of(tensor), copy=False)
