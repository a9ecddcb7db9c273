"""How tensor cores deal out a tile of filters x pixels to the lanes of a warp.

Shapes of mma.sync (PTX ISA): 16 filters x 8 pixels, eight words of channels deep. Lane l has rows
l / 4 and l / 4 + 8 of the filters and columns 2 (l % 4) and the next one of the pixels.
"""

TALL, WIDE, DEEP = 16, 8, 8
FRAGMENT_WORDS = 4
"""Words of a lane in a tile of filters."""
_ROWS = 8


def tiles_of_a_word(lanes: int) -> int:
    """Tiles whose rows, two of each, make whole words of `lanes` filters."""
    return max(1, lanes // 2)


def filter_of(lane_row: str, row: int, lanes: int) -> str:
    """The filter of a lane's row, as an expression of l / 4.

    A lane's rows are counted through `tiles_of_a_word` tiles, two in each. With several channels a
    word they are neighbours; else they are eight apart.
    """
    if lanes == 1:
        return f"{lane_row} + {row * _ROWS}" if row else lane_row
    return f"{lane_row} * {lanes} + {row}" if row else f"{lane_row} * {lanes}"


def filter_order(filters: int, lanes: int) -> list[int]:
    """Which filter stands in each row of the tiles, one tile after the other."""
    tiles = tiles_of_a_word(lanes)
    order = []
    for group in range(0, filters, TALL * tiles):
        for tile in range(tiles):
            for row in range(TALL):
                own, lane_row = 2 * tile + row // _ROWS, row % _ROWS
                inner = lane_row + own * _ROWS if lanes == 1 else lane_row * lanes + own
                order.append(group + inner)
    return order
