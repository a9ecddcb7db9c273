"""Parameters of a compiled model: what is packed into its weights whenever it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convopt.errors import ConvoptError
from convopt.runtime.arguments import Array


@dataclass(frozen=True)
class _Place:
    """The words from `first` on, made of elements of parameter `number`; some are zeros."""

    first: int
    number: int
    elements: npt.NDArray[np.intp]
    zeros: npt.NDArray[np.intp]


class PackedParameters:
    """Where parameters go in packed weights, by `conv.parameter_map` (int32)."""

    def __init__(self, words: bytes) -> None:
        self._places = tuple(_places(np.frombuffer(words, "<i4")))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The parameters that have a place."""
        return tuple(sorted({place.number for place in self._places}))

    def pack(self, parameters: Sequence[Array], weights: npt.NDArray[np.float32]) -> None:
        """Write parameters, float32 and of the sizes compiled for, into packed weights.

        Raises ConvoptError for parameters that are missing.
        """
        for place in self._places:
            if place.number >= len(parameters):
                raise ConvoptError(
                    f"expected parameters up to number {self.numbers[-1]}, found {len(parameters)}"
                )
            words = weights[place.first : place.first + place.elements.size]
            flat = parameters[place.number].reshape(-1)
            np.take(flat, place.elements, out=words, mode="clip")
            words[place.zeros] = 0


def _places(words: npt.NDArray[np.int32]) -> Iterator[_Place]:
    at = 0
    while at < words.size:
        first, number, count = map(int, words[at : at + 3])
        elements = words[at + 3 : at + 3 + count].astype(np.intp) - 1
        yield _Place(first, number, elements.clip(0), np.flatnonzero(elements < 0))
        at += 3 + count
