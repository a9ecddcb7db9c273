"""Products of filters and pixels: sums in registers, both factors in shared memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import gcd

from convopt.backends.tvm.function import THREAD
from convopt.backends.tvm.script import parenthesised, scaled, total
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.writer import KernelWriter
from convopt.passes.geometry.blocks.threads import ProductThreads

_WIDE = 4


@dataclass(frozen=True)
class Factors:
    """Where a step's factors lie, in words of shared memory.

    Filters: `filters` + (tap * channels + channel) * `filter_pitch` + filter. Pixels: `pixels` +
    channel * `pixel_pitch` + what `pixel_offset` says of a pixel of the tile + `tap_offset`.
    `group_of` a filter, among those whose channels are there. `scales`: where factors of the
    channels begin, empty without.
    """

    filters: str
    filter_pitch: int
    pixels: str
    pixel_pitch: int
    channels: int
    taps: tuple[int, int] = (1, 1)
    tap_pitch: tuple[int, int] = (0, 0)
    pixel_offset: Callable[[str], str] = lambda pixel: pixel
    group_of: Callable[[str], str] = lambda _: "0"
    scales: str = ""


@dataclass(frozen=True)
class Product:
    """A product in the midst of a kernel: which thread makes what, sums under the name `sums`."""

    writer: KernelWriter
    threads: ProductThreads
    sums: str
    filter: str
    pixel: str
    slice: str

    @staticmethod
    def write(writer: KernelWriter, threads: ProductThreads, sums: str) -> "Product":
        """Name the thread's first filter and pixel."""
        script = writer.script
        near_pixels, near_filters = threads.pixel_lanes, threads.filter_lanes
        far_filters = threads.filter_threads // near_filters
        near = near_pixels * near_filters
        filter = total(
            scaled(_digit(THREAD, near, far_filters), near_filters),
            _digit(THREAD, near_pixels, near_filters),
        )
        far_pixels = threads.pixel_threads // near_pixels
        pixel = total(
            scaled(_digit(THREAD, near * far_filters, far_pixels), near_pixels),
            _digit(THREAD, 1, near_pixels),
        )
        slice = _digit(THREAD, threads.filter_threads * threads.pixel_threads, threads.slices)
        return Product(
            writer,
            threads,
            writer.registers(sums, threads.sums),
            script.let("f", scaled(filter, threads.thread_filters)),
            script.let("x", scaled(pixel, threads.thread_pixels)),
            script.let("slice", slice),
        )

    def clear(self) -> None:
        script = self.writer.script
        with script.block(f"for i in T.unroll({self.threads.sums}):"):
            script.line(f"{self.sums}[i] = T.float32(0)")

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Threads that have no part wait."""
        idle = self.writer.kernel.threads > self.threads.threads
        with self.writer.script.when(f"{THREAD} < {self.threads.threads}" if idle else ""):
            yield

    def accumulate(self, factors: Factors) -> None:
        """Add the products of a step."""
        script, threads = self.writer.script, self.threads
        own = factors.channels // threads.slices
        rows, columns = factors.taps
        with (
            self._working(),
            script.loop("r", rows) as row,
            script.loop("t", columns) as column,
            script.loop("c", own) as channel,
        ):
            channel = total(scaled(self.slice, own), channel)
            tap = total(scaled(row, columns), column)
            depth = total(scaled(tap, factors.channels), channel)
            at_filters = total(factors.filters, scaled(depth, factors.filter_pitch), self.filter)
            group = factors.group_of(self.filter)
            inner = total(scaled(group, factors.channels), channel)
            at_pixels = total(
                factors.pixels,
                scaled(inner, factors.pixel_pitch),
                scaled(row, factors.tap_pitch[0]),
                scaled(column, factors.tap_pitch[1]),
            )
            scale = f" * shared[{total(factors.scales, channel)}]" if factors.scales else ""
            with (
                script.loop("m", threads.thread_filters) as m,
                script.loop("n", threads.thread_pixels) as n,
            ):
                pixel = factors.pixel_offset(total(self.pixel, n))
                sum = self._sum(m, n)
                script.line(
                    f"{sum} = {sum} + shared[{total(at_filters, m)}]{scale}"
                    f" * shared[{total(at_pixels, pixel)}]"
                )

    def _sum(self, filter: str, pixel: str) -> str:
        return f"{self.sums}[{total(scaled(filter, self.threads.thread_pixels), pixel)}]"

    def finish(self, sink: Sink) -> None:
        """Hand the sums on. With slices they are added up first, through shared memory."""
        script, threads = self.writer.script, self.threads
        if threads.slices > 1:
            self._add_up(sink)
            return
        with self._working(), script.loop("m", threads.thread_filters) as m:
            filter = script.let("k", total(self.filter, m))
            sink.put(filter, self.pixel, threads.thread_pixels, lambda n: self._sum(m, n))

    def _add_up(self, sink: Sink) -> None:
        """Preconditions: a barrier stands between the last use of the staged regions and this."""
        script, threads = self.writer.script, self.threads
        start = self.writer.kernel.shared.later["sums"]
        plane, words = threads.pixels, threads.filters * threads.pixels
        with (
            script.loop("m", threads.thread_filters) as m,
            script.loop("n", threads.thread_pixels) as n,
        ):
            own = total(scaled(self.slice, words), scaled(total(self.filter, m), plane))
            script.line(f"shared[{total(str(start), own, self.pixel, n)}] = {self._sum(m, n)}")
        script.barrier()
        wide = gcd(_WIDE, plane)
        with self.writer.items(words // wide) as item:
            filter = script.let("k", f"{item} // {plane // wide}")
            pixel = script.let("q", scaled(f"({item} % {plane // wide})", wide))
            first = total(str(start), scaled(filter, plane), pixel)
            sink.put(
                filter,
                pixel,
                wide,
                lambda n: " + ".join(
                    f"shared[{total(first, str(each * words), n)}]"
                    for each in range(threads.slices)
                ),
            )


def _digit(index: str, below: int, count: int) -> str:
    """The digit of a mixed-radix number whose lower digits have `below` values."""
    if count == 1:
        return "0"
    shifted = f"{parenthesised(index)} // {below}" if below > 1 else index
    return f"{parenthesised(shifted)} % {count}"
