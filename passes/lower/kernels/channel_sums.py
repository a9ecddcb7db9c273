"""Sums over images and pixels of what a scalar region makes of its operands.

A block of channels is a vector. Sums of some pixels are begun anew and then added to those of all
images, so that rounding errors do not grow with the number of pixels; the order is fixed, whatever
the threads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute, Block, SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder, f32_memref
from convopt.passes.lower.epilogue import inline_scalar_values

AT_ONCE = 4
"""Pixels whose sums are independent: enough to hide the latency of an addition."""
RUN = 128
"""Pixels until sums are added to the total."""


@dataclass(frozen=True)
class ChannelSums:
    """`images`, `blocks` and `pixels` of what is summed; `results`: how many sums.

    `broadcast` says of each operand whether it has one image only, and one pixel.
    """

    images: int
    blocks: int
    pixels: int
    broadcast: tuple[tuple[bool, bool], ...]
    results: int

    def argument_types(self, lanes: int) -> list[Attribute]:
        """Operands, then the output [results, blocks, lanes]."""
        operands: list[Attribute] = [
            f32_memref(
                1 if one_image else self.images,
                self.blocks,
                1 if one_pixel else self.pixels,
                lanes,
            )
            for one_image, one_pixel in self.broadcast
        ]
        return [*operands, f32_memref(self.results, self.blocks, lanes)]

    def write(self, b: KernelBuilder, body: Block) -> None:
        """The parallel index is the channel block."""
        *operands, output, begin, end = b.arguments
        zeros = [b.splat(0.0)] * self.results

        def values_at(image: Index, block: Index, pixel: Index) -> list[SSAValue]:
            known: dict[SSAValue, SSAValue] = {}
            for argument, operand, flags in zip(body.args, operands, self.broadcast, strict=True):
                one_image, one_pixel = flags
                place = (0 if one_image else image, block, 0 if one_pixel else pixel, 0)
                known[argument] = b.load(operand, *place)
            return inline_scalar_values(b, body, known, b.splat)

        def add(sums: Sequence[SSAValue], values: Sequence[SSAValue]) -> list[SSAValue]:
            return [b.addf(*pair) for pair in zip(sums, values, strict=True)]

        def some_pixels(
            image: Index, block: Index, first: Index, count: int, totals: Sequence[SSAValue]
        ) -> list[SSAValue]:
            def at_once(pixel: Index, carried: Sequence[SSAValue]) -> Sequence[SSAValue]:
                sums = []
                for number in range(AT_ONCE):
                    place = b.add(b.add(first, pixel), number)
                    mine = carried[number * self.results : (number + 1) * self.results]
                    sums += add(mine, values_at(image, block, place))
                return sums

            whole = count - count % AT_ONCE
            carried = list(b.loop(0, whole, AT_ONCE, zeros * AT_ONCE, at_once))
            parts = [
                carried[number * self.results : (number + 1) * self.results]
                for number in range(AT_ONCE if whole else 0)
            ]
            parts += [values_at(image, block, b.add(first, pixel)) for pixel in range(whole, count)]
            while len(parts) > 1:
                parts = [*parts[2:], add(parts[0], parts[1])]
            return add(totals, parts[0])

        def one_block(block: Index) -> None:
            def one_image(image: Index, totals: Sequence[SSAValue]) -> Sequence[SSAValue]:
                whole = self.pixels - self.pixels % RUN
                totals = b.loop(
                    0,
                    whole,
                    RUN,
                    totals,
                    lambda first, sums: some_pixels(image, block, first, RUN, sums),
                )
                rest = self.pixels - whole
                return some_pixels(image, block, whole, rest, totals) if rest else totals

            totals = b.loop(0, self.images, 1, zeros, one_image)
            for number, total in enumerate(totals):
                b.store(total, output, number, block, 0)

        b.each(begin, end, one_block)
