"""Products of filters and pixels on tensor cores: a warp makes tiles of 16 filters x 8 pixels.

Each step of the reduction takes eight words of channels, whatever they hold. Filters are packed as
fragments: a lane reads its four words as one vector. The two rows of filters that a lane has in a
tile (and, with four channels a word, in two tiles) are neighbours, so that it can pack its results.
"""

from dataclasses import dataclass

from convopt.backends.tvm.factors import Factors
from convopt.backends.tvm.function import THREAD
from convopt.backends.tvm.script import digit, scaled, total
from convopt.backends.tvm.sinks import Sink, Value
from convopt.backends.tvm.slices import add_up, sum_at
from convopt.backends.tvm.writer import KernelWriter
from convopt.passes.geometry.blocks.matrix import (
    DEEP,
    FRAGMENT_WORDS,
    TALL,
    WIDE,
    filter_of,
    tiles_of_a_word,
)
from convopt.passes.geometry.blocks.threads import WARP, ProductThreads

_SUMS = 4  # of a lane in a tile
_PIXEL_WORDS = 2  # of a lane in a tile's pixels


@dataclass(frozen=True)
class MatrixProduct:
    """Which warp makes what; `tile` and `pixel`: the first of the warp's tiles of filters and of
    its pixels."""

    writer: KernelWriter
    threads: ProductThreads
    sums: str
    lane: str
    tile: str
    pixel: str
    slice: str

    @staticmethod
    def write(writer: KernelWriter, threads: ProductThreads, sums: str) -> "MatrixProduct":
        """Name the lane, and the warp's first tile of filters and first pixel."""
        script = writer.script
        across, down = threads.pixel_threads, threads.filter_threads
        writer.registers("filters", FRAGMENT_WORDS, writer.words.buffer)
        writer.registers("pixels", _PIXEL_WORDS, writer.words.buffer)
        tile = scaled(digit(THREAD, WARP * across, down), threads.thread_filters // TALL)
        pixel = scaled(digit(THREAD, WARP, across), threads.thread_pixels)
        return MatrixProduct(
            writer,
            threads,
            writer.registers(sums, threads.sums, writer.words.sum),
            script.let("lane", f"{THREAD} % {WARP}"),
            script.let("f", tile),
            script.let("x", pixel),
            script.let("slice", digit(THREAD, WARP * across * down, threads.slices)),
        )

    @property
    def _tall(self) -> int:
        return self.threads.thread_filters // TALL

    @property
    def _wide(self) -> int:
        return self.threads.thread_pixels // WIDE

    def clear(self) -> None:
        script = self.writer.script
        with script.block(f"for i in T.unroll({self.threads.sums}):"):
            script.line(f"{self.sums}[i] = {self.writer.words.no_sum}")

    def accumulate(self, factors: Factors) -> None:
        """Preconditions: a step has a multiple of eight words of channels for every slice."""
        script = self.writer.script
        rows, columns = factors.taps
        own = factors.channels // (DEEP * self.threads.slices)
        with (
            script.loop("r", rows) as row,
            script.loop("t", columns) as column,
            script.loop("c", own) as step,
        ):
            step = total(scaled(self.slice, own), step)
            tap = total(scaled(row, columns), column)
            depth = total(scaled(tap, factors.channels // DEEP), step)
            at_pixels = total(
                factors.pixels,
                scaled(step, DEEP * factors.pixel_pitch),
                scaled(row, factors.tap_pitch[0]),
                scaled(column, factors.tap_pitch[1]),
            )
            with script.loop("n", self._wide) as n:
                self._load_pixels(factors, at_pixels, n)
                with script.loop("m", self._tall) as m:
                    self._load_filters(factors, depth, m)
                    script.call(
                        self.writer.words.matrix_function,
                        f"T.address_of({self.sums}[{self._first_sum(m, n)}])",
                        "T.address_of(filters[0])",
                        "T.address_of(pixels[0])",
                    )

    def _load_pixels(self, factors: Factors, start: str, n: str) -> None:
        script = self.writer.script
        pixel = script.let("p", total(self.pixel, scaled(n, WIDE), f"{self.lane} // 4"))
        with script.loop("j", _PIXEL_WORDS) as j:
            channel = total(f"{self.lane} % 4", scaled(j, 4))
            at = total(start, scaled(channel, factors.pixel_pitch), factors.pixel_offset(pixel))
            script.line(f"pixels[{j}] = shared[{at}]")

    def _load_filters(self, factors: Factors, depth: str, m: str) -> None:
        tiles = factors.filter_pitch // TALL
        fragment = total(scaled(depth, tiles), self.tile, m)
        first = total(
            factors.filters,
            scaled(fragment, WARP * FRAGMENT_WORDS),
            scaled(self.lane, FRAGMENT_WORDS),
        )
        script = self.writer.script
        with script.block(f"for word in T.vectorized({FRAGMENT_WORDS}):"):
            script.line(f"filters[word] = shared[{first} + word]")

    def _first_sum(self, m: str, n: str) -> str:
        return scaled(total(scaled(m, self._wide), n), _SUMS)

    def finish(self, sink: Sink) -> None:
        """A lane has neighbouring filters of two neighbouring pixels."""
        if self.threads.slices > 1:
            self._store_sums()
            add_up(self.writer, sink)
            return
        script, lanes = self.writer.script, self.writer.words.lanes
        tiles = tiles_of_a_word(lanes)
        with (
            script.loop("m", self._tall // tiles) as m,
            script.loop("n", self._wide) as n,
        ):
            pixel = script.let("q", self._first_pixel(n))
            for row in range(0, 2 * tiles, lanes):
                filter = self._filter(scaled(m, tiles), row)
                word = script.let("k", f"({filter}) // {lanes}" if lanes > 1 else filter)
                sink.put(word, pixel, 2, self._value(scaled(m, tiles), n, row))

    def _value(self, tile: str, n: str, row: int) -> Value:
        return lambda pixel, lane: self._sum(tile, n, row + lane, pixel)

    def _store_sums(self) -> None:
        script, words = self.writer.script, self.writer.words
        tiles = tiles_of_a_word(words.lanes)
        with (
            script.loop("m", self._tall // tiles) as m,
            script.loop("n", self._wide) as n,
            script.loop("j", 2) as j,
        ):
            pixel = script.let("q", total(self._first_pixel(n), j))
            for row in range(2 * tiles):
                at = sum_at(self.writer, self.slice, self._filter(scaled(m, tiles), row), pixel)
                value = words.stored_sum(self._sum(scaled(m, tiles), n, row, j))
                script.line(f"shared[{at}] = {value}")
        script.barrier()

    def _first_pixel(self, n: str) -> str:
        return total(self.pixel, scaled(n, WIDE), f"{self.lane} % 4 * 2")

    def _filter(self, tile: str, row: int) -> str:
        """The filter of one of a lane's rows, counted through the tiles that a word spans."""
        first = scaled(total(self.tile, tile), TALL)
        return total(first, filter_of(f"{self.lane} // 4", row, self.writer.words.lanes))

    def _sum(self, tile: str, n: str, row: int, pixel: str) -> str:
        m = total(tile, str(row // 2))
        return f"{self.sums}[{total(self._first_sum(m, n), str(row % 2 * 2), pixel)}]"
