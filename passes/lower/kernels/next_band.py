"""Asking for the next band's input while this one is computed."""

from dataclasses import dataclass

from convopt.passes.lower.builder import Index, KernelBuilder
from convopt.passes.lower.kernels.feature_map import FeatureMap

LINE_FLOATS = 16
"""Floats of a cache line."""


@dataclass(frozen=True)
class NextBand:
    """`rows` rows of a module's input from `first` on, which the next band will read first.

    A stage that keeps the multiply-adds busy asks for them in equal shares: it does not wait for
    memory itself, and the stage that would wait finds them in L2. It makes `stage_rows` rows in a
    band. `size`: blocks, rows and columns of the input.
    """

    source: FeatureMap
    image: Index
    first: Index
    rows: int
    stage_rows: int
    size: tuple[int, int, int]

    def prefetch(self, b: KernelBuilder, share: Index, shares: int) -> None:
        """Ask for the lines of one share out of `shares`."""
        blocks, image_rows, columns = self.size
        pixels = max(1, LINE_FLOATS // b.lanes)
        lines_of_row = -(-columns // pixels)
        lines = -(-blocks * self.rows * lines_of_row // shares)
        begin = b.mul(share, lines)
        for number in range(lines):
            row_of_blocks, line = b.divmod(b.add(begin, number), lines_of_row)
            block, row = b.divmod(row_of_blocks, self.rows)
            inside = b.minimum_index(b.add(self.first, row), image_rows - 1)
            place = (self.image, block, inside, b.mul(line, pixels), 0)
            b.prefetch(self.source.buffer, *place, write=False)
