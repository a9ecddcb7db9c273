"""Depthwise convolution of a tile that lies in shared memory."""

from dataclasses import dataclass

from convopt.backends.tvm.script import scaled, total
from convopt.backends.tvm.sinks import Sink
from convopt.backends.tvm.writer import KernelWriter


@dataclass(frozen=True)
class DepthwiseInput:
    """Word offsets in shared memory: channels of the touched rectangle, `pitch` words each, and
    their weights, one filter after the other."""

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
    sums = writer.registers("window", strip)
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
        with script.loop("n", strip) as n:
            script.line(f"{sums}[{n}] = T.float32(0)")
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
                script.line(f"{sums}[{n}] = {sums}[{n}] + {weight} * shared[{at}]")
        sink.put(channel, pixel, strip, lambda n: f"{sums}[{n}]")
