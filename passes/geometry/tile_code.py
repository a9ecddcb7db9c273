"""What of a tile is written out and what is a loop: known to its cost, its checks and its code."""

from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.tile_classes import profile

STATIC_FMA_LIMIT = 3000
"""FMAs in a kernel's text beyond which edges are not unrolled (code of about 24 KiB)."""
UNROLLED_PASSES = 2
"""With so many passes a rotate kernel has no loop over them: the first rotation is then one of the
start value instead of every accumulator."""
PIXELS_IN_FLIGHT = 4
"""Pixels that a broadcast kernel loads before they are used, where it holds weights."""


def has_static_edges(rows: Axis, columns: Axis, tile: tuple[int, int]) -> bool:
    """Whether every edge class of a rotate kernel gets code of its own.

    Where inputs stand apart there is no other code.
    """
    if rows.base_dilation > 1 or columns.base_dilation > 1:
        return True
    taps_in_rows = sum(each.taps for each in profile(rows, tile[0]))
    taps_in_columns = sum(each.taps for each in profile(columns, tile[1]))
    return taps_in_rows * taps_in_columns <= STATIC_FMA_LIMIT
