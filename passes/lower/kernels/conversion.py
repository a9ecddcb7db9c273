"""Conversions between NCHW and channel blocks: squares of pixels and channels in registers."""

from collections.abc import Callable
from dataclasses import dataclass

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.chunks import Chunks
from convopt.passes.lower.kernels.lane_transpose import transposed

LINE_FLOATS = 16
"""Floats in a cache line."""


@dataclass(frozen=True)
class Conversion:
    """Of plain [N, C, pixels] and blocked [N * blocks, pixels, lanes] buffers.

    The parallel index is (image, channel block, chunk of pixels). The lanes of missing channels are
    zero in the blocked buffer. Blocks are converted in squares of `lanes` pixels; the last one
    overlaps the one before where they do not fill the pixels. Images with fewer pixels than one
    square has are converted one element at a time.

    `prefetch`: ask for the output's cache lines a square ahead, as stores wait for what was there.
    """

    batch: int
    channels: int
    pixels: int
    lanes: int
    prefetch: bool

    @property
    def blocks(self) -> int:
        return -(-self.channels // self.lanes)

    @property
    def chunks(self) -> Chunks:
        """Squares of the blocks."""
        return Chunks(self.batch * self.blocks, -(-self.pixels // self.lanes))

    def write_to_blocked(self, b: KernelBuilder) -> None:
        """Plain buffer, blocked buffer, begin and end of the parallel indices."""
        source, output = b.arguments[:2]

        def square(image: Index, block: Index, channels: int, pixel: Index) -> None:
            first = b.mul(block, self.lanes)
            rows = [b.load(source, image, b.add(first, c), pixel) for c in range(channels)]
            rows += [b.splat(0.0)] * (self.lanes - channels)
            to = self._blocked_image(b, image, block)
            if self.prefetch:
                for p in range(self.lanes, 2 * self.lanes, max(1, LINE_FLOATS // self.lanes)):
                    b.prefetch(output, to, b.add(pixel, p), 0, write=True)
            for p, value in enumerate(transposed(b, rows)):
                b.store(value, output, to, b.add(pixel, p), 0)

        def single(image: Index, block: Index, channels: int, pixel: Index) -> None:
            first, to = b.mul(block, self.lanes), self._blocked_image(b, image, block)
            if channels < self.lanes:
                b.store(b.splat(0.0), output, to, pixel, 0)

            def element(c: Index) -> None:
                value = b.load_scalar(source, image, b.add(first, c), pixel)
                b.store_scalar(value, output, to, pixel, c)

            b.each(0, channels, element)

        self._each_unit(b, square, single)

    def write_to_plain(self, b: KernelBuilder) -> None:
        """Blocked buffer, plain buffer, begin and end of the parallel indices."""
        source, output = b.arguments[:2]

        def square(image: Index, block: Index, channels: int, pixel: Index) -> None:
            first, taken = b.mul(block, self.lanes), self._blocked_image(b, image, block)
            rows = [b.load(source, taken, b.add(pixel, p), 0) for p in range(self.lanes)]
            if self.prefetch:
                following = b.add(pixel, self.lanes)
                for c in range(channels):
                    b.prefetch(output, image, b.add(first, c), following, write=True)
            for c, value in enumerate(transposed(b, rows)[:channels]):
                b.store(value, output, image, b.add(first, c), pixel)

        def single(image: Index, block: Index, channels: int, pixel: Index) -> None:
            first, taken = b.mul(block, self.lanes), self._blocked_image(b, image, block)

            def element(c: Index) -> None:
                value = b.load_scalar(source, taken, pixel, c)
                b.store_scalar(value, output, image, b.add(first, c), pixel)

            b.each(0, channels, element)

        self._each_unit(b, square, single)

    def _blocked_image(self, b: KernelBuilder, image: Index, block: Index) -> Index:
        return b.add(b.mul(image, self.blocks), block)

    def _each_unit(
        self,
        b: KernelBuilder,
        square: Callable[[Index, Index, int, Index], None],
        single: Callable[[Index, Index, int, Index], None],
    ) -> None:
        """Call for (image, block, its channels, first pixel) of this thread's share.

        `single` is called for the pixels of images smaller than a square.
        """
        whole, rest = divmod(self.channels, self.lanes)

        def squares(image: Index, block: Index, channels: int, first: Index, stop: Index) -> None:
            if self.pixels < self.lanes:
                b.each(0, self.pixels, lambda pixel: single(image, block, channels, pixel))
                return

            def one(number: Index) -> None:
                pixel = b.minimum_index(b.mul(number, self.lanes), self.pixels - self.lanes)
                square(image, block, channels, pixel)

            b.each(first, stop, one)

        def chunk(piece: Index, first: Index, stop: Index) -> None:
            image, block = b.divmod(piece, self.blocks)
            after = b.add(block, 1)
            # A loop of one trip or none for each kind of block.
            if whole:
                end = b.minimum_index(after, whole) if rest else after
                b.each(block, end, lambda at: squares(image, at, self.lanes, first, stop))
            if rest:
                start = b.maximum_index(block, whole) if whole else block
                b.each(start, after, lambda at: squares(image, at, rest, first, stop))

        self.chunks.each(b, chunk)
