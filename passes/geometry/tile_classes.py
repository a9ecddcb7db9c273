"""What the cost of a tile depends on: a summary of the classes of an axis cut into tiles."""

from dataclasses import dataclass
from functools import lru_cache

from convopt.passes.geometry.axis_tiles import Axis, TileClass, tile_axis, uses_by_offset


@dataclass(frozen=True)
class ClassProfile:
    """Of a class: its tiles, and a tile's outputs, valid taps and distinct inputs."""

    count: int
    size: int
    taps: int
    inputs: int


@lru_cache(maxsize=8192)
def profile(axis: Axis, tile: int) -> tuple[ClassProfile, ...]:
    """The classes of an axis cut into tiles."""
    return tuple(_class_profile(axis, each) for each in tile_axis(axis, tile))


def _class_profile(axis: Axis, tile: TileClass) -> ClassProfile:
    inputs = len(uses_by_offset(axis, tile.valid))
    return ClassProfile(tile.count, tile.size, sum(map(sum, tile.valid)), inputs)
