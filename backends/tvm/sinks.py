"""Where finished sums go: through the epilogue to global memory, or to shared memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

from xdsl.ir import Region

from convopt.backends.tvm.places import Places
from convopt.backends.tvm.scalar import write_scalars
from convopt.backends.tvm.script import Script, scaled, total
from convopt.backends.tvm.writer import KernelWriter

_WIDE = 4
Value = Callable[[str], str]
"""The sum of a pixel, counted from the first of several neighbours."""


@dataclass(frozen=True)
class Epilogue:
    """What is done to a sum. `operands[i]` reads the region's extra operand for a filter of the
    tile, and a pixel whose output index is given."""

    region: Region
    operands: tuple[Callable[[str, str], str], ...]

    def write(self, script: Script, value: str, filter: str, output: str) -> str:
        """The result's name."""
        if not self.region.blocks:
            return value
        name = script.let("s", value)
        return write_scalars(
            script, self.region.block, name, lambda extra: self.operands[extra](filter, output)
        )


class Sink(ABC):
    """Takes the sums of neighbouring pixels of one filter."""

    @abstractmethod
    def put(self, filter: str, pixel: str, count: int, value: Value) -> None:
        """`count` neighbours from `pixel` on; indices within the block's tile."""


@dataclass(frozen=True)
class ToGlobal(Sink):
    """The result. `made`: pixels of the tile that are computed, with those behind its end."""

    writer: KernelWriter
    places: Places
    epilogue: Epilogue
    made: int

    def put(self, filter: str, pixel: str, count: int, value: Value) -> None:
        script, places = self.writer.script, self.places
        image, columns = self.writer.kernel.window, self.writer.kernel.tile[1]
        wide = gcd(_WIDE, count, columns, image.columns.outputs)
        with script.when(places.has_filter(filter)):
            if wide == 1:
                with script.loop("j", count) as j:
                    self._one(filter, script.let("p", total(pixel, j)), value(j))
                return
            with script.loop("j", count // wide) as j:
                self._several(filter, total(pixel, scaled(j, wide)), j, wide, value)

    def _one(self, filter: str, pixel: str, value: str) -> None:
        script = self.writer.script
        with script.when(*self.places.has_pixel(pixel, self.made)):
            output = script.let("o", self.places.output(filter, pixel))
            script.line(f"Y[{output}] = {self.epilogue.write(script, value, filter, output)}")

    def _several(self, filter: str, pixel: str, j: str, wide: int, value: Value) -> None:
        """A vector is inside or outside as a whole: rows of tile and image are divided by it."""
        script = self.writer.script
        pixel = script.let("p", pixel)
        out = self.writer.registers("out", wide)
        with script.when(*self.places.has_pixel(pixel, self.made)):
            output = script.let("o", self.places.output(filter, pixel))
            with script.loop("l", wide) as lane:
                made = value(total(scaled(j, wide), lane))
                made = self.epilogue.write(script, made, filter, f"{output} + {lane}")
                script.line(f"{out}[{lane}] = {made}")
            with script.block(f"for lane in T.vectorized({wide}):"):
                script.line(f"Y[{output} + lane] = {out}[lane]")


@dataclass(frozen=True)
class ToShared(Sink):
    """The input of the next stage: a channel takes `pitch` words, the first begins at `start`.

    `limit`: pixels behind it are dropped, likewise `filters` (None: there is room for all). With
    `places`, pixels are those of the touched rectangle, and what lies outside of the image is zero:
    padding of the next stage, and not what the epilogue makes of nothing.
    """

    writer: KernelWriter
    epilogue: Epilogue
    start: str
    pitch: int
    limit: int | None = None
    filters: int | None = None
    places: Places | None = None

    def put(self, filter: str, pixel: str, count: int, value: Value) -> None:
        script = self.writer.script
        is_kept = "" if self.filters is None else f"{filter} < {self.filters}"
        with script.when(is_kept), script.loop("j", count) as j:
            at = script.let("p", total(pixel, j))
            with script.when(f"{at} < {self.limit}" if self.limit is not None else ""):
                made = self.epilogue.write(script, value(j), filter, "")
                if self.places is not None:
                    row, column = (script.let("h", each) for each in self.places.touched(at))
                    inside = self.places.is_inside(row, column)
                    made = f"T.if_then_else({inside}, {made}, T.float32(0))"
                to = total(self.start, scaled(filter, self.pitch), at)
                script.line(f"shared[{to}] = {made}")
