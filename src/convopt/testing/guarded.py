"""NumPy arrays with unreadable pages directly before and behind them.

A compiled kernel that touches one byte outside its buffer ends the process with a segmentation
fault; at which side depends on where in its pages the array lies, so test both.
"""

import ctypes
import mmap
import weakref
from collections.abc import Sequence
from math import prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Side = Literal["start", "end"]

_NO_ACCESS = 0
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int64,
]
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_MAP_FAILED = ctypes.c_void_p(-1).value


def guarded_array(
    shape: Sequence[int], dtype: npt.DTypeLike = np.float32, side: Side = "end"
) -> npt.NDArray[Any]:
    """A zeroed array that begins at the start of its pages or ends at their end.

    `end` makes a read or write of the first byte behind the array fault, `start` of the last byte
    before it. The array is aligned to a page at the start, to its element at the end.
    """
    of_type = np.dtype(dtype)
    size = prod(shape) * of_type.itemsize
    page = mmap.PAGESIZE
    inner = max(page, -(-size // page) * page)
    base = _map(inner + 2 * page)
    first = base + page
    for guard in (base, first + inner):
        if _libc.mprotect(guard, page, _NO_ACCESS):
            raise OSError(ctypes.get_errno(), "mprotect of a guard page failed")
    address = first if side == "start" else first + inner - size
    memory = (ctypes.c_byte * size).from_address(address)
    weakref.finalize(memory, _libc.munmap, base, inner + 2 * page)
    array: npt.NDArray[Any] = np.ctypeslib.as_array(memory).view(of_type).reshape(shape)
    return array


def guarded_copy(array: npt.NDArray[Any], side: Side = "end") -> npt.NDArray[Any]:
    """A guarded array with the shape, type and content of another."""
    copy = guarded_array(array.shape, array.dtype, side)
    copy[...] = array
    return copy


def _map(size: int) -> int:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = _libc.mmap(None, size, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
    if address is None or address == _MAP_FAILED:
        raise OSError(ctypes.get_errno(), f"mmap of {size} bytes failed")
    return int(address)
