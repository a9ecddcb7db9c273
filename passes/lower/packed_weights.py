"""The packed weights of a network: constants, and places for parameters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.lower.arena import aligned


@dataclass(frozen=True)
class PackedParameter:
    """The words from word `first` on, made of elements of parameter `number`.

    Word i is element `elements[i]` - 1 in row-major order; 0 stands for a zero.
    """

    first: int
    number: int
    elements: npt.NDArray[np.int32]

    def to_words(self) -> npt.NDArray[np.int32]:
        """Place, number, how many elements, and these; what `conv.parameter_map` is a row of."""
        begin = np.array([self.first, self.number, self.elements.size], np.int32)
        return np.concatenate([begin, self.elements])


class PackedWeights:
    """Collects packed arrays, each at a multiple of 64 bytes; equal ones are stored once."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, bytes]] = []
        self._offsets: dict[tuple[int | None, bytes], int] = {}
        self.parameters: list[PackedParameter] = []
        self.size = 0

    def add(self, array: npt.NDArray[np.float32]) -> int:
        """The byte offset of a constant."""
        data = np.ascontiguousarray(array, dtype="<f4").tobytes()
        offset, is_new = self._place((None, data), len(data))
        if is_new:
            self._parts.append((offset, data))
        return offset

    def add_parameter(self, number: int, elements: npt.NDArray[np.int32]) -> int:
        """The byte offset of a packed parameter, see `PackedParameter`."""
        row = np.ascontiguousarray(elements, np.int32).reshape(-1)
        offset, is_new = self._place((number, row.tobytes()), FLOAT_BYTES * row.size)
        if is_new:
            self.parameters.append(PackedParameter(offset // FLOAT_BYTES, number, row))
        return offset

    def _place(self, key: tuple[int | None, bytes], size: int) -> tuple[int, bool]:
        """The byte offset of an array, and whether it was not there before."""
        if key in self._offsets:
            return self._offsets[key], False
        self._offsets[key] = self.size
        self.size += aligned(size)
        return self._offsets[key], True

    def tobytes(self) -> bytes:
        """All of it, zeros in place of parameters."""
        blob = bytearray(self.size)
        for offset, data in self._parts:
            blob[offset : offset + len(data)] = data
        return bytes(blob)

    def parameter_map(self) -> npt.NDArray[np.int32]:
        """All packed parameters in a row; there is one at least."""
        return np.concatenate([each.to_words() for each in self.parameters])
