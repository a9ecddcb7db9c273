"""Loads and stores of an emulated run, in batches."""

from array import array
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

BATCH = 1 << 20
_STORE = 1 << 7


class Accesses(NamedTuple):
    """In the order of the run: first address, bytes, and whether each is a store."""

    addresses: npt.NDArray[np.uint64]
    sizes: npt.NDArray[np.uint8]
    stores: npt.NDArray[np.bool_]


TakeAccesses: TypeAlias = Callable[[Accesses], None]


class MemoryTrace:
    """Collects accesses and hands them to `take`, at most BATCH at a time."""

    def __init__(self, take: TakeAccesses):
        self._take = take
        self._addresses = array("Q")
        self._kinds = array("B")

    def add(self, address: int, size: int, is_store: bool) -> None:
        """One access of fewer than 128 bytes."""
        self._addresses.append(address)
        self._kinds.append(size | _STORE if is_store else size)
        if len(self._kinds) == BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand over what there is."""
        kinds = np.array(self._kinds, np.uint8)
        addresses = np.array(self._addresses, np.uint64)
        self._take(Accesses(addresses, kinds % np.uint8(_STORE), kinds >= _STORE))
        del self._addresses[:], self._kinds[:]
