"""32-bit words of activations and filters: one f32, two f16 or four i8 that follow each other in
the direction of the channels."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from xdsl.dialects.builtin import f16, f32, i8

from convopt.convdialect.element_types import ElementType

FLOAT, INTEGER = "float32", "int32"


class Words(ABC):
    """How elements of one type are computed with. `buffer`: what TVM calls a word, `sum`: an
    accumulator; `matrix_function`: of the prelude."""

    lanes: int
    buffer: str
    sum: str
    matrix_function: str

    @property
    def zero(self) -> str:
        """A word of zeros, and a sum of nothing."""
        return f"T.{self.buffer}(0)"

    @property
    def no_sum(self) -> str:
        return f"T.{self.sum}(0)"

    @abstractmethod
    def multiply_add(self, sum: str, filter: str, pixel: str, scale: str = "") -> str:
        """The sum with the products of two words' lanes, times those of `scale` if there is one
        (there is none for i8)."""

    @abstractmethod
    def lane(self, word: str, lane: int) -> str:
        """One element of a word, as sums are."""

    @abstractmethod
    def pack(self, lanes: Sequence[str]) -> str:
        """The word of what an epilogue yields: f32, rounded, or i32 in the range of i8."""

    @abstractmethod
    def stored_sum(self, sum: str) -> str:
        """A sum as a word of shared memory."""

    @abstractmethod
    def loaded_sum(self, word: str) -> str:
        """What `stored_sum` stored."""

    @abstractmethod
    def float_of(self, word: str) -> str:
        """The f32 whose bits a word of shared memory holds."""


class FloatWords(Words):
    lanes, buffer, sum, matrix_function = 1, FLOAT, FLOAT, "convopt_mma_tf32"

    def multiply_add(self, sum: str, filter: str, pixel: str, scale: str = "") -> str:
        factor = f"{filter} * {scale}" if scale else filter
        return f"{sum} + {factor} * {pixel}"

    def lane(self, word: str, lane: int) -> str:
        return word

    def pack(self, lanes: Sequence[str]) -> str:
        return lanes[0]

    def stored_sum(self, sum: str) -> str:
        return sum

    def loaded_sum(self, word: str) -> str:
        return word

    def float_of(self, word: str) -> str:
        return word


class HalfWords(Words):
    lanes, buffer, sum, matrix_function = 2, INTEGER, FLOAT, "convopt_mma_f16"

    def multiply_add(self, sum: str, filter: str, pixel: str, scale: str = "") -> str:
        function = "convopt_scaled_dot2" if scale else "convopt_dot2"
        arguments = ", ".join(each for each in (filter, scale, pixel, sum) if each)
        return f'T.call_pure_extern("float32", "{function}", {arguments})'

    def lane(self, word: str, lane: int) -> str:
        side = ("low", "high")[lane]
        return f'T.call_pure_extern("float32", "convopt_half_{side}", {word})'

    def pack(self, lanes: Sequence[str]) -> str:
        return f'T.call_pure_extern("int32", "convopt_pack_halves", {", ".join(lanes)})'

    def stored_sum(self, sum: str) -> str:
        return f'T.reinterpret("int32", {sum})'

    def loaded_sum(self, word: str) -> str:
        return f'T.reinterpret("float32", {word})'

    def float_of(self, word: str) -> str:
        return f'T.reinterpret("float32", {word})'


class ByteWords(Words):
    lanes, buffer, sum, matrix_function = 4, INTEGER, INTEGER, "convopt_mma_s8"

    def multiply_add(self, sum: str, filter: str, pixel: str, scale: str = "") -> str:
        return f'T.call_pure_extern("int32", "convopt_dot4", {filter}, {pixel}, {sum})'

    def lane(self, word: str, lane: int) -> str:
        above = 24 - 8 * lane
        return f"T.shift_right(T.shift_left({word}, {above}), 24)"

    def pack(self, lanes: Sequence[str]) -> str:
        return f'T.call_pure_extern("int32", "convopt_pack_bytes", {", ".join(lanes)})'

    def stored_sum(self, sum: str) -> str:
        return sum

    def loaded_sum(self, word: str) -> str:
        return word

    def float_of(self, word: str) -> str:
        return f'T.reinterpret("float32", {word})'


def words_of(element: ElementType) -> Words:
    """The words that hold elements of a type."""
    return _WORDS[element]


_WORDS: dict[ElementType, Words] = {f32: FloatWords(), f16: HalfWords(), i8: ByteWords()}
