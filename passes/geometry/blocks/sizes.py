"""The settings of a block of threads, as plain integers."""

from dataclasses import astuple, dataclass

from convopt.convdialect.schedules import BlockAttr


@dataclass(frozen=True, order=True)
class BlockSizes:
    """What `#conv.block` says; see there."""

    filters: int
    rows: int
    columns: int
    thread_filters: int = 1
    thread_pixels: int = 1
    channels: int = 1
    slices: int = 1
    buffers: int = 1
    matrix: bool = False

    @staticmethod
    def of(attribute: BlockAttr) -> "BlockSizes":
        return BlockSizes(**attribute.extents, matrix=attribute.matrix)

    @property
    def attribute(self) -> BlockAttr:
        return BlockAttr(*astuple(self))

    @property
    def pixels(self) -> int:
        return self.rows * self.columns
