"""Parallel indices where there are few large pieces of work: the pieces are cut."""

from collections.abc import Callable
from dataclasses import dataclass

from convopt.passes.lower.builder import Index, KernelBuilder

LEAST_UNITS = 32
"""Parallel indices that keep some threads busy alike."""


@dataclass(frozen=True)
class Chunks:
    """`pieces` of `items` each: a parallel index is a chunk of one piece's items.

    A piece is whole where there are many. `most_items`: no chunk is larger.
    """

    pieces: int
    items: int
    most_items: int | None = None

    @property
    def size(self) -> int:
        """Items of one chunk; the last of a piece may have fewer."""
        wanted = -(-LEAST_UNITS // self.pieces)
        size = max(1, self.items // wanted)
        return size if self.most_items is None else min(size, max(1, self.most_items))

    @property
    def a_piece(self) -> int:
        """Chunks of one piece."""
        return -(-self.items // self.size)

    @property
    def extent(self) -> int:
        """How many parallel indices there are."""
        return self.pieces * self.a_piece

    def each(self, b: KernelBuilder, body: Callable[[Index, Index, Index], None]) -> None:
        """Call for (piece, first item, end of the items) of this thread's share.

        The begin and the end of the share are the kernel's last two arguments.
        """
        begin, end = b.arguments[-2:]

        def chunk(index: Index) -> None:
            piece, number = b.divmod(index, self.a_piece)
            if self.a_piece == 1:
                body(piece, 0, self.items)
                return
            first = b.mul(number, self.size)
            stop = b.add(first, self.size)
            if self.items % self.size:
                stop = b.minimum_index(stop, self.items)
            body(piece, first, stop)

        b.each(begin, end, chunk)
