"""Register tiles in tables."""

from convopt.convdialect.schedules import TileAttr


def tile_text(tile: TileAttr) -> str:
    """The attribute without what all have in common: `rotate rows=2 columns=8`."""
    text = str(tile).removeprefix("#conv.tile<").removesuffix(">")
    return text.replace(" = ", "=").replace(",", "")


def sizes_text(tile: TileAttr) -> str:
    """Its rows, columns and vectors: `2x8x1`."""
    return "x".join(map(str, tile.extents.values()))
