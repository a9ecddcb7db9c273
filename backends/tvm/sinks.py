"""Where finished sums go: through the epilogue to global memory, or to shared memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

import numpy as np
from xdsl.dialects.builtin import i8, i32
from xdsl.ir import Region

from convopt.backends.tvm.places import Places
from convopt.backends.tvm.scalar import write_scalars
from convopt.backends.tvm.script import Script, scaled, total
from convopt.backends.tvm.words import Words
from convopt.backends.tvm.writer import KernelWriter
from convopt.convdialect.regions import evaluate

_WIDE = 4
Value = Callable[[str, int], str]
"""The sum of a pixel, counted from the first of several neighbours, and of a word's lane."""
Operand = Callable[[str, str, int], str]
"""An epilogue's operand for a filter of the tile, for the output word at an index, for a lane."""


Condition = Callable[[str], str]
"""When a filter of the tile is one of the convolution's; empty for always."""


@dataclass(frozen=True)
class Epilogue:
    """What is done to a sum: a scalar region, whose extra operands `operands` read.

    Filters that are not there have sums and operands of zero. Where the region makes something
    else of that, perhaps NaN, which no weight of zero would undo, they become zero again by
    `is_real`.
    """

    region: Region
    operands: tuple[Operand, ...]
    is_real: Condition

    def write(self, script: Script, value: str, filter: str, output: str, lane: int) -> str:
        """The result, as an expression."""
        if not self.region.blocks:
            return value
        name = script.let("s", value)
        made = write_scalars(
            script,
            self.region.block,
            name,
            lambda extra: self.operands[extra](filter, output, lane),
        )
        is_real = self.is_real(filter)
        if not is_real or value_of_zeros(self.region) == 0:
            return made
        last = self.region.block.last_op
        assert last is not None
        zero = "T.int32(0)" if last.operands[0].type == i8 else "T.float32(0)"
        return f"T.if_then_else({is_real}, {made}, {zero})"


def value_of_zeros(region: Region) -> float:
    """What a scalar region yields where all its arguments are zero."""
    dtypes = (np.int32 if each.type == i32 else np.float32 for each in region.block.args)
    return float(evaluate(region, [np.zeros((), each) for each in dtypes], np.float32))


class Sink(ABC):
    """Takes the sums of neighbouring pixels of one word of filters."""

    @abstractmethod
    def put(self, word: str, pixel: str, count: int, value: Value) -> None:
        """`count` neighbours from `pixel` on; word of filters and pixel of the block's tile."""


@dataclass(frozen=True)
class ToGlobal(Sink):
    """The result, in words of `words`. `made`: pixels of the tile that are computed, with those
    behind its end."""

    writer: KernelWriter
    places: Places
    epilogue: Epilogue
    made: int
    words: Words

    def put(self, word: str, pixel: str, count: int, value: Value) -> None:
        lanes = self.writer.words.lanes
        if self.words.lanes == lanes:
            self._put_words(word, pixel, count, value)
            return
        for lane in range(lanes):
            channel = self.writer.script.let("k", total(scaled(word, lanes), str(lane)))
            self._put_words(channel, pixel, count, _of_lane(value, lane))

    def _put_words(self, word: str, pixel: str, count: int, value: Value) -> None:
        script, places = self.writer.script, self.places
        image, columns = self.writer.kernel.window, self.writer.kernel.tile[1]
        wide = gcd(_WIDE, count, columns, image.columns.outputs)
        with script.when(places.has_filter(scaled(word, self.words.lanes))):
            if wide == 1:
                with script.loop("j", count) as j:
                    self._one(word, script.let("p", total(pixel, j)), j, value)
                return
            with script.loop("j", count // wide) as j:
                self._several(word, total(pixel, scaled(j, wide)), j, wide, value)

    def _channel(self, word: str) -> str:
        """The word of the result's channels."""
        first, lanes = self.places.first_filter, self.words.lanes
        if lanes == 1 or first == "0":
            return total(first, word)
        return total(f"({first}) // {lanes}", word)

    def _one(self, word: str, pixel: str, j: str, value: Value) -> None:
        script = self.writer.script
        with script.when(*self.places.has_pixel(pixel, self.made)):
            output = script.let("o", self.places.output(self._channel(word), pixel))
            script.line(f"Y[{output}] = {self._packed(word, output, lambda n: value(j, n))}")

    def _several(self, word: str, pixel: str, j: str, wide: int, value: Value) -> None:
        """A vector is inside or outside as a whole: rows of tile and image are divided by it."""
        script = self.writer.script
        pixel = script.let("p", pixel)
        out = self.writer.registers("out", wide, self.words.buffer)
        with script.when(*self.places.has_pixel(pixel, self.made)):
            output = script.let("o", self.places.output(self._channel(word), pixel))
            with script.loop("l", wide) as one:
                at = total(scaled(j, wide), one)
                made = self._packed(word, f"{output} + {one}", lambda n: value(at, n))
                script.line(f"{out}[{one}] = {made}")
            with script.block(f"for lane in T.vectorized({wide}):"):
                script.line(f"Y[{output} + lane] = {out}[lane]")

    def _packed(self, word: str, output: str, value: Callable[[int], str]) -> str:
        return packed(self.writer.script, self.words, self.epilogue, word, output, value)


def _of_lane(value: Value, lane: int) -> Value:
    return lambda pixel, _: value(pixel, lane)


def packed(
    script: Script,
    words: Words,
    epilogue: Epilogue,
    word: str,
    output: str,
    value: Callable[[int], str],
) -> str:
    """The word of what the epilogue makes of each lane's sum."""
    made = []
    for lane in range(words.lanes):
        filter = total(scaled(word, words.lanes), str(lane))
        made.append(epilogue.write(script, value(lane), filter, output, lane))
    return words.pack(made)


@dataclass(frozen=True)
class ToShared(Sink):
    """The input of the next stage: a word of channels takes `pitch` words, from `start` on.

    `limit`: pixels behind it are dropped, likewise `words` (None: there is room for all). With
    `places`, pixels are those of the touched rectangle, and what lies outside of the image is zero:
    padding of the next stage, and not what the epilogue makes of nothing.
    """

    writer: KernelWriter
    epilogue: Epilogue
    start: str
    pitch: int
    limit: int | None = None
    words: int | None = None
    places: Places | None = None

    def put(self, word: str, pixel: str, count: int, value: Value) -> None:
        script, words = self.writer.script, self.writer.words
        is_kept = "" if self.words is None else f"{word} < {self.words}"
        with script.when(is_kept), script.loop("j", count) as j:
            at = script.let("p", total(pixel, j))
            with script.when(f"{at} < {self.limit}" if self.limit is not None else ""):
                made = packed(script, words, self.epilogue, word, "", lambda n: value(j, n))
                if self.places is not None:
                    row, column = (script.let("h", each) for each in self.places.touched(at))
                    inside = self.places.is_inside(row, column)
                    made = f"T.if_then_else({inside}, {made}, {words.zero})"
                to = total(self.start, scaled(word, self.pitch), at)
                script.line(f"shared[{to}] = {made}")
