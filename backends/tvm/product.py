"""Products of filters and pixels: sums in registers, both factors in shared memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from convopt.backends.tvm.factors import Factors
from convopt.backends.tvm.function import THREAD
from convopt.backends.tvm.script import digit, scaled, total
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.slices import add_up, sum_at
from convopt.backends.tvm.writer import KernelWriter
from convopt.passes.geometry.blocks.threads import ProductThreads

_WIDE = 4


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
            scaled(digit(THREAD, near, far_filters), near_filters),
            digit(THREAD, near_pixels, near_filters),
        )
        far_pixels = threads.pixel_threads // near_pixels
        pixel = total(
            scaled(digit(THREAD, near * far_filters, far_pixels), near_pixels),
            digit(THREAD, 1, near_pixels),
        )
        slice = digit(THREAD, threads.filter_threads * threads.pixel_threads, threads.slices)
        return Product(
            writer,
            threads,
            writer.registers(sums, threads.sums, writer.words.sum),
            script.let("f", scaled(filter, threads.thread_filters)),
            script.let("x", scaled(pixel, threads.thread_pixels)),
            script.let("slice", slice),
        )

    def clear(self) -> None:
        script = self.writer.script
        with script.block(f"for i in T.unroll({self.threads.sums}):"):
            script.line(f"{self.sums}[i] = {self.writer.words.no_sum}")

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
            scale = f"shared[{total(factors.scales, channel)}]" if factors.scales else ""
            with (
                script.loop("m", threads.thread_filters) as m,
                script.loop("n", threads.thread_pixels) as n,
            ):
                pixel = factors.pixel_offset(total(self.pixel, n))
                sum = self._sum(m, n)
                filter = f"shared[{total(at_filters, m)}]"
                pixel = f"shared[{total(at_pixels, pixel)}]"
                made = self.writer.words.multiply_add(sum, filter, pixel, scale)
                script.line(f"{sum} = {made}")

    def _sum(self, filter: str, pixel: str) -> str:
        return f"{self.sums}[{total(scaled(filter, self.threads.thread_pixels), pixel)}]"

    def finish(self, sink: Sink) -> None:
        """Hand the sums on. With slices they are added up first, through shared memory."""
        script, threads, lanes = self.writer.script, self.threads, self.writer.words.lanes
        if threads.slices > 1:
            self._store_sums()
            add_up(self.writer, sink)
            return
        with self._working(), script.loop("m", threads.thread_filters // lanes) as m:
            first = f"{self.filter} // {lanes}" if lanes > 1 else self.filter
            word = script.let("k", total(first, m))
            sink.put(
                word,
                self.pixel,
                threads.thread_pixels,
                lambda n, lane: self._sum(total(scaled(m, lanes), str(lane)), n),
            )

    def _store_sums(self) -> None:
        """Preconditions: a barrier stands between the last use of the staged regions and this."""
        script, threads, words = self.writer.script, self.threads, self.writer.words
        with (
            script.loop("m", threads.thread_filters) as m,
            script.loop("n", threads.thread_pixels) as n,
        ):
            at = sum_at(self.writer, self.slice, total(self.filter, m), total(self.pixel, n))
            script.line(f"shared[{at}] = {words.stored_sum(self._sum(m, n))}")
        script.barrier()
