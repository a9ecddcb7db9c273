"""Memory for weights and workspaces."""

import mmap

import numpy as np
import numpy.typing as npt

_HUGE_PAGE = 1 << 21


def zeroed_buffer(size: int) -> npt.NDArray[np.uint8]:
    """`size` zero bytes at an address that is a multiple of 64, in huge pages where these help.

    The memory comes straight from the operating system and goes back to it with the array.
    """
    if size == 0:
        return np.zeros(0, np.uint8)
    is_large = size >= _HUGE_PAGE
    pages = mmap.mmap(-1, size + (_HUGE_PAGE if is_large else 0))
    if is_large and hasattr(mmap, "MADV_HUGEPAGE"):
        pages.madvise(mmap.MADV_HUGEPAGE)
    memory = np.frombuffer(pages, np.uint8)
    offset = -address(memory) % _HUGE_PAGE if is_large else 0
    return memory[offset : offset + size]


def filled_buffer(data: bytes) -> npt.NDArray[np.uint8]:
    """A copy of `data` in such a buffer."""
    buffer = zeroed_buffer(len(data))
    buffer[:] = np.frombuffer(data, np.uint8)
    return buffer


def address(array: npt.NDArray[np.generic]) -> int:
    """Where the array's first byte is."""
    place: int = array.__array_interface__["data"][0]
    return place
