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
        """Ask for the lines of one share out of `shares`.

        A share lies in one block, whose rows follow each other: a column beyond a row's end is one
        of the next row.
        """
        blocks, image_rows, columns = self.size
        pixels = max(1, LINE_FLOATS // b.lanes)
        shares_of_block = -(-shares // blocks)
        lines = -(-self.rows * columns // pixels // shares_of_block)
        block, number = b.divmod(share, shares_of_block)
        row = b.minimum_index(self.first, max(0, image_rows - self.rows))
        column = b.mul(number, lines * pixels)
        for line in range(lines):
            place = (self.image, block, row, b.add(column, line * pixels), 0)
            b.prefetch(self.source.buffer, *place, write=False)
