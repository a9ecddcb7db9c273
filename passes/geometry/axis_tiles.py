"""Cutting one spatial axis of a window operation into tiles that share code.

Padding is implicit: a tap that would read padding is not executed at all. Which taps of a tile are
valid is known when the kernel is written, so tiles fall into few classes (left edge, middle, right
edge, …) and consecutive tiles of a class become one loop.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """One spatial axis of a window: sizes in elements, `pad` is the padding before the first."""

    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1

    def input_of(self, output: int, tap: int) -> int:
        """Input coordinate that `tap` reads for `output`; may lie in the padding."""
        return output * self.stride + tap * self.dilation - self.pad


@dataclass(frozen=True)
class TileClass:
    """`count` consecutive tiles of `size` outputs from `start`, all with the same valid taps.

    `valid[o][k]` says whether tap `k` of the tile's output `o` reads a real input.
    """

    start: int
    size: int
    count: int
    valid: tuple[tuple[bool, ...], ...]

    @property
    def stop(self) -> int:
        return self.start + self.size * self.count


def balanced_sizes(outputs: int, tile: int) -> list[int]:
    """At most two tile sizes, differing by one, none above `tile`: no small tail is left over.

    >>> balanced_sizes(49, 14)
    [13, 12, 12, 12]
    """
    tiles = -(-outputs // tile)
    base, larger = divmod(outputs, tiles)
    return [base + 1] * larger + [base] * (tiles - larger)


def tile_axis(axis: Axis, tile: int) -> tuple[TileClass, ...]:
    """Cover the axis's outputs with tiles of at most `tile` outputs, merged into classes."""
    classes: list[TileClass] = []
    start = 0
    for size in balanced_sizes(axis.outputs, tile):
        valid = tuple(
            tuple(0 <= axis.input_of(start + o, k) < axis.inputs for k in range(axis.kernel))
            for o in range(size)
        )
        if classes and classes[-1].size == size and classes[-1].valid == valid:
            last = classes.pop()
            classes.append(TileClass(last.start, size, last.count + 1, valid))
        else:
            classes.append(TileClass(start, size, 1, valid))
        start += size
    return tuple(classes)


def valid_taps(classes: tuple[TileClass, ...]) -> int:
    """Taps in the code of one tile of every class: a measure of code size along this axis."""
    return sum(sum(map(sum, tile.valid)) for tile in classes)
