"""Arrays on huge pages: page placement alone moves a layer that lives in L2 by a fifth."""

import math
import mmap

import numpy as np

from convopt.benchmarks.layer import Array
from convopt.convdialect.shapes import FLOAT_BYTES

HUGE_PAGE_BYTES = 1 << 21


def huge_array(shape: tuple[int, ...]) -> Array:
    """Zeros that start on a huge page, where the system gives out such pages."""
    elements = math.prod(shape)
    size = -(-elements * FLOAT_BYTES // HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES
    mapping = mmap.mmap(-1, size + HUGE_PAGE_BYTES)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        mapping.madvise(mmap.MADV_HUGEPAGE)
    whole = np.frombuffer(mapping, np.uint8)
    start = -whole.ctypes.data % HUGE_PAGE_BYTES
    array = whole[start : start + size].view(np.float32)
    array[:] = 0.0  # writes every page, so that none is mapped while the clock runs
    return array[:elements].reshape(shape)


def huge_copy(array: Array) -> Array:
    """The same numbers in C order on huge pages."""
    copy = huge_array(array.shape)
    copy[...] = array
    return copy
