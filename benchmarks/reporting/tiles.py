"""Register tiles in tables."""

from convopt.benchmarks.layer_code import Schedule
from convopt.convdialect.schedules import TileAttr


def tile_text(tile: Schedule) -> str:
    """The attribute without what all have in common: `rotate rows=2 columns=8`."""
    text = str(tile).partition("<")[2].removesuffix(">")
    return text.replace(" = ", "=").replace(",", "")


def sizes_text(tile: TileAttr) -> str:
    """Its rows, columns and vectors: `2x8x1`."""
    return "x".join(map(str, tile.extents.values()))
