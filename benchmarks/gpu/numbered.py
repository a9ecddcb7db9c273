"""Where each element of packed weights comes from, found out by packing numbers in their place.

Weights are made where they are needed, from a seed, so that a bundle stays small: networks' random
weights do not compress, but what packing does to them is regular.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from convopt.errors import ConvoptError

if TYPE_CHECKING:
    from onnx import ModelProto

_MOST = 1 << 30
"""As bits of a float32, numbers below are finite."""


def number_weights(model: "ModelProto") -> int:
    """Put 1, 2, 3, … in the place of all weights, as the bits of float32; how many there are.

    Constants of one element, such as bounds, keep their value: code may depend on them.
    """
    from onnx import numpy_helper

    count = 0
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.size == 1:
            continue
        numbers = np.arange(count + 1, count + 1 + array.size, dtype=np.uint32)
        count += array.size
        tensor.CopyFrom(
            numpy_helper.from_array(numbers.view(np.float32).reshape(array.shape), tensor.name)
        )
    if count >= _MOST:
        raise ConvoptError(f"expected fewer than {_MOST} weights, found {count}")
    return count


def weight_map(packed: bytes, count: int, literals: int = 0) -> npt.NDArray[np.int32]:
    """For each element of weights that were packed as numbers, its number; 0 for a zero.

    Numbers behind `count` are those of `literals`. Raises ConvoptError where something was computed
    with weights, or one is missing.
    """
    numbers = np.frombuffer(packed, np.uint32)
    used = np.zeros(count + literals + 1, bool)
    if numbers.size and int(numbers.max()) > count + literals:
        raise ConvoptError(
            f"weights: expected them packed and unchanged, found number {numbers.max()} of {count}"
        )
    used[numbers] = True
    if not used[1 : count + 1].all():
        found = int(used[1 : count + 1].sum())
        raise ConvoptError(f"weights: expected all {count} packed, found {found}")
    return numbers.astype(np.int32)
