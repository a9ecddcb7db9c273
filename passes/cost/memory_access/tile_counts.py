"""What the classes of an axis cut into register tiles load."""

from dataclasses import dataclass
from functools import lru_cache

from convopt.passes.cost.memory_access.halo import inputs_of
from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis, uses_by_offset


@dataclass(frozen=True)
class TileCounts:
    """Of `count` equal tiles, each: outputs, multiply-adds of a row of taps, inputs and taps that
    are used at all."""

    count: int
    size: int
    products: int
    inputs: int
    taps: int


@dataclass(frozen=True)
class AxisCounts:
    """An axis in register tiles. `touched`: inputs that any output reads; `taps`: taps that do."""

    tiles: tuple[TileCounts, ...]
    touched: int
    taps: int

    @property
    def number(self) -> int:
        return sum(tile.count for tile in self.tiles)

    @property
    def inputs(self) -> int:
        """Inputs loaded by all tiles."""
        return sum(tile.count * tile.inputs for tile in self.tiles)

    @property
    def products(self) -> int:
        return sum(tile.count * tile.products for tile in self.tiles)

    @property
    def tap_loads(self) -> int:
        """Taps used, summed over the tiles."""
        return sum(tile.count * tile.taps for tile in self.tiles)

    @property
    def most_inputs(self) -> int:
        return max(tile.inputs for tile in self.tiles)

    @property
    def most_outputs(self) -> int:
        return max(tile.size for tile in self.tiles)


@lru_cache(maxsize=8192)
def count_axis(axis: Axis, tile: int) -> AxisCounts:
    """The axis in register tiles of at most `tile` outputs, as kernels cut it."""
    classes = tile_axis(axis, tile)
    counts = tuple(
        TileCounts(
            each.count,
            each.size,
            sum(map(sum, each.valid)),
            len(uses_by_offset(axis, each.valid)),
            len(_used_taps(each)),
        )
        for each in classes
    )
    taps = frozenset[int]().union(*map(_used_taps, classes))
    return AxisCounts(counts, len(inputs_of(axis, 0, axis.outputs)), len(taps))


def _used_taps(tile: TileClass) -> frozenset[int]:
    return frozenset(k for taps in tile.valid for k, is_valid in enumerate(taps) if is_valid)
