"""Parameters of a compiled model: what is packed into its weights whenever it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convopt.backends.llvm.gathering import gathering
from convopt.backends.llvm.interface import BUFFER_ALIGNMENT
from convopt.backends.targets import CpuTarget
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import ConvoptError
from convopt.runtime.arguments import Array
from convopt.runtime.buffers import address

_ALIGNED_WORDS = BUFFER_ALIGNMENT // FLOAT_BYTES
"""Packed arrays begin at multiples of these: what lies between two of them is free."""


@dataclass(frozen=True)
class _Place:
    """The words from `first` on, made of elements of parameter `number`, which has `least` or more.

    Word i is element `elements[i]` - 1, or zero where that is -1; as many as fill whole vectors.
    """

    first: int
    number: int
    least: int
    elements: npt.NDArray[np.int32]


class PackedParameters:
    """Where parameters go in packed weights, by `conv.parameter_map` (int32)."""

    def __init__(self, words: bytes, target: CpuTarget) -> None:
        self._places = tuple(_places(np.frombuffer(words, "<i4")))
        self._target = target

    @property
    def numbers(self) -> tuple[int, ...]:
        """The parameters that have a place."""
        return tuple(sorted({place.number for place in self._places}))

    def pack(self, parameters: Sequence[Array], weights: npt.NDArray[np.float32]) -> None:
        """Write parameters, float32 and of the sizes compiled for, into packed weights.

        Raises ConvoptError for parameters that are missing or too small.
        """
        if not self._places:
            return
        gather = gathering(self._target)
        for place in self._places:
            if place.number >= len(parameters):
                raise ConvoptError(
                    f"expected parameters up to number {self.numbers[-1]}, found {len(parameters)}"
                )
            source = np.ascontiguousarray(parameters[place.number], np.float32)
            if source.size < place.least:
                raise ConvoptError(
                    f"parameter {place.number}: expected {place.least} elements or more, "
                    f"found {source.size}"
                )
            words = weights[place.first : place.first + place.elements.size]
            gather(address(source), address(place.elements), address(words), words.size)


def _places(words: npt.NDArray[np.int32]) -> Iterator[_Place]:
    at = 0
    while at < words.size:
        first, number, count = map(int, words[at : at + 3])
        elements = np.zeros(count + -count % _ALIGNED_WORDS, np.int32)
        elements[:count] = words[at + 3 : at + 3 + count]
        yield _Place(first, number, int(elements.max()), elements)
        at += 3 + count
