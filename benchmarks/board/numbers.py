"""Inputs that a C program makes again, and a checksum that tells how far its output is off.

`value` in bench.c is the same function.
"""

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.layer import Array

INPUT_SEED = 1
CHECK_SEED = 2

_VARIANCE = 1 / 3
"""Of numbers spread evenly between -1 and 1."""


def even_numbers(shape: tuple[int, ...], seed: int) -> Array:
    """Numbers in [-1, 1) that hang on their place, row-major, and the seed alone.

    The hash is lowbias32 (C. Wellons, "Prospecting for Hash Functions", 2018).
    """
    bits = np.arange(prod(shape), dtype=np.uint32)
    bits *= np.uint32(0x9E3779B9)
    bits += np.uint32(seed)
    bits ^= bits >> 16
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> 15
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> 16
    values = (bits >> 8).astype(np.float32) * np.float32(2**-23) - np.float32(1)
    return values.reshape(shape)


@dataclass(frozen=True)
class Checksum:
    """The dot product of a result with numbers that do not depend on it.

    Where another result has another sum, their difference over `scale` is about the relative error
    of that result, as norms.
    """

    sum: float
    scale: float

    @staticmethod
    def of(expected: npt.NDArray[np.float64]) -> "Checksum":
        """Of the right result, row-major; its norm must not be zero."""
        factors = even_numbers(expected.shape, CHECK_SEED).astype(np.float64)
        norm = float(np.linalg.norm(expected))
        return Checksum(float(np.sum(expected * factors)), norm * _VARIANCE**0.5)
