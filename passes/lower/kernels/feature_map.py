"""Where kernels find the rows of a feature map."""

from dataclasses import dataclass

from xdsl.ir import SSAValue

from convopt.passes.lower.builder import Index, KernelBuilder


@dataclass(frozen=True)
class FeatureMap:
    """A buffer [image, block, row, column, lane], or [image, channel, row, column].

    With `ring_rows` it is a ring that holds so many rows of one image, the last ones made: row r
    lies at r mod `ring_rows`.
    """

    buffer: SSAValue
    ring_rows: int | None = None

    def image(self, image: Index) -> Index:
        return image if self.ring_rows is None else 0

    def row(self, b: KernelBuilder, row: Index) -> Index:
        """Where a row of the image lies; to be asked for outside of loops over columns."""
        return row if self.ring_rows is None else b.rem(row, self.ring_rows)
