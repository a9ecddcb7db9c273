"""Depthwise convolution of a tile that lies in shared memory."""

from dataclasses import dataclass

from convopt.backends.tvm.script import scaled, total
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.writer import KernelWriter


@dataclass(frozen=True)
class DepthwiseInput:
    """Word offsets in shared memory: `channels` words of channels of the touched rectangle, `pitch`
    words each, and their weights, one word of filters after the other."""

    pixels: str
    pitch: int
    weights: str
    channels: int


def write_depthwise(writer: KernelWriter, source: DepthwiseInput, strip: int, sink: Sink) -> None:
    """Every output pixel of the tile; an item is `strip` neighbours in a row, of one channel."""
    kernel, script = writer.kernel, writer.script
    rows, columns = kernel.tile
    down, across = kernel.window.rows, kernel.window.columns
    wide = kernel.touched[1]
    strips = columns // strip
    words = writer.words
    sums = writer.registers("window", strip * words.lanes, words.sum)
    with writer.items(source.channels * rows * strips) as item:
        channel = script.let("c", f"{item} // {rows * strips}")
        pixel = script.let("q", scaled(f"({item} % {rows * strips})", strip))
        row, column = f"{pixel} // {columns}", f"{pixel} % {columns}"
        first = total(
            source.pixels,
            scaled(channel, source.pitch),
            scaled(f"({row})", down.stride * wide),
            scaled(f"({column})", across.stride),
        )
        first = script.let("at", first)
        with script.loop("n", strip * words.lanes) as n:
            script.line(f"{sums}[{n}] = {words.no_sum}")
        with script.loop("r", down.kernel) as r, script.loop("t", across.kernel) as t:
            tap = total(scaled(channel, kernel.window.taps), scaled(r, across.kernel), t)
            weight = script.let("w", f"shared[{total(source.weights, tap)}]")
            with script.loop("n", strip) as n:
                at = total(
                    first,
                    scaled(r, down.dilation * wide),
                    scaled(t, across.dilation),
                    scaled(n, across.stride),
                )
                value = script.let("v", f"shared[{at}]")
                for lane in range(words.lanes):
                    sum = f"{sums}[{_sum(n, lane, words.lanes)}]"
                    factor = words.lane(weight, lane)
                    script.line(f"{sum} = {sum} + {factor} * {words.lane(value, lane)}")
        sink.put(channel, pixel, strip, lambda n, lane: f"{sums}[{_sum(n, lane, words.lanes)}]")


def _sum(pixel: str, lane: int, lanes: int) -> str:
    return total(scaled(pixel, lanes), str(lane))
