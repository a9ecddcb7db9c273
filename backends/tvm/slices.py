"""Adding up what slices of a block have made, through shared memory."""

from math import gcd

from convopt.backends.tvm.script import scaled, total
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.writer import KernelWriter

_WIDE = 4


def sum_at(writer: KernelWriter, slice: str, filter: str, pixel: str) -> str:
    """Where a slice's sum lies in shared memory."""
    threads, start = writer.kernel.product, writer.kernel.shared.later["sums"]
    own = total(scaled(slice, threads.filters), filter)
    return total(str(start), scaled(own, threads.pixels), pixel)


def add_up(writer: KernelWriter, sink: Sink) -> None:
    """Hand on the slices' sums, which are in shared memory; every thread takes some."""
    script, words, threads = writer.script, writer.words, writer.kernel.product
    plane, lanes = threads.pixels, words.lanes
    wide = gcd(_WIDE, plane)
    with writer.items(threads.filters // lanes * plane // wide) as item:
        word = script.let("k", f"{item} // {plane // wide}")
        pixel = script.let("q", scaled(f"({item} % {plane // wide})", wide))

        def value(n: str, lane: int) -> str:
            filter = total(scaled(word, lanes), str(lane))
            return " + ".join(
                words.loaded_sum(f"shared[{sum_at(writer, str(each), filter, total(pixel, n))}]")
                for each in range(threads.slices)
            )

        sink.put(word, pixel, wide, value)
