"""Cutting one spatial axis of a window operation into tiles that share code.

Padding is implicit: a tap that would read padding is not executed at all. Which taps of a tile are
valid is known when the kernel is written, so tiles fall into few classes (left edge, middle, right
edge, …) and consecutive tiles of a class become one loop.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """One spatial axis of a window: sizes in elements, `pad` is the padding before the first.

    With a `base_dilation`, inputs stand so far apart, and between them there is nothing to read: a
    convolution's backward data is one whose base dilation is the convolution's stride.
    """

    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    pad: int = 0
    dilation: int = 1
    base_dilation: int = 1

    def input_of(self, output: int, tap: int) -> int:
        """Input coordinate that `tap` reads for `output`; may lie in the padding."""
        return (output * self.stride + tap * self.dilation - self.pad) // self.base_dilation

    def reads(self, output: int, tap: int) -> bool:
        """Whether there is an input where `tap` reads for `output`."""
        place = output * self.stride + tap * self.dilation - self.pad
        return place % self.base_dilation == 0 and 0 <= place // self.base_dilation < self.inputs


@dataclass(frozen=True)
class TileClass:
    """`count` consecutive tiles of `size` outputs from `start`, all with the same valid taps.

    `valid[o][k]` says whether tap `k` of the tile's output `o` reads a real input. `number` tiles
    of the axis come before.
    """

    number: int
    start: int
    size: int
    count: int
    valid: tuple[tuple[bool, ...], ...]

    @property
    def stop(self) -> int:
        return self.start + self.size * self.count


def balanced_sizes(outputs: int, tile: int) -> list[tuple[int, int]]:
    """(size, count) of tiles that cover `outputs`: sizes differ by one, none is above `tile`.

    No small tail is left over.

    >>> balanced_sizes(49, 14)
    [(13, 1), (12, 3)]
    """
    tiles = -(-outputs // tile)
    base, larger = divmod(outputs, tiles)
    sizes = [(base + 1, larger), (base, tiles - larger)]
    return [(size, count) for size, count in sizes if count]


def tile_axis(axis: Axis, tile: int) -> tuple[TileClass, ...]:
    """Cover the axis's outputs with tiles of at most `tile` outputs, merged into classes."""
    classes: list[TileClass] = []
    start = number = 0
    for size, count in _tile_sizes(axis, tile):
        everywhere = ((True,) * axis.kernel,) * size
        stop = start + size * count
        if _touches_no_padding(axis, start, stop):
            classes.append(TileClass(number, start, size, count, everywhere))
            start = stop
            number += count
            continue
        for tile_number, first in enumerate(range(start, stop, size), number):
            inside = _touches_no_padding(axis, first, first + size)
            valid = everywhere if inside else _valid_taps(axis, first, size)
            if classes and classes[-1].valid == valid:
                last = classes.pop()
                classes.append(TileClass(last.number, last.start, size, last.count + 1, valid))
            else:
                classes.append(TileClass(tile_number, first, size, 1, valid))
        start = stop
        number += count
    return tuple(classes)


def uses_by_offset(
    axis: Axis, valid: tuple[tuple[bool, ...], ...]
) -> dict[int, list[tuple[int, int]]]:
    """Input -> the (output, tap) pairs of a tile that read it, in reading order.

    Inputs count from the one that stands where the tile's first output does; padding is negative.
    """
    uses: dict[int, list[tuple[int, int]]] = {}
    for output, taps in enumerate(valid):
        for tap, is_valid in enumerate(taps):
            if is_valid:
                uses.setdefault(axis.input_of(output, tap), []).append((output, tap))
    return dict(sorted(uses.items()))


def carried_rows(axis: Axis) -> int:
    """Outputs that are begun when one is complete, walking along the inputs."""
    return (axis.kernel - 1) // axis.stride


def _tile_sizes(axis: Axis, tile: int) -> list[tuple[int, int]]:
    """(size, count): as `balanced_sizes`, and every tile begins where an input stands."""
    unit = axis.base_dilation
    if unit == 1:
        return balanced_sizes(axis.outputs, tile)
    *sizes, (size, count) = (
        (unit * size, count)
        for size, count in balanced_sizes(-(-axis.outputs // unit), max(1, tile // unit))
    )
    spare = -axis.outputs % unit
    if not spare:
        return [*sizes, (size, count)]
    return [*sizes, *([(size, count - 1)] if count > 1 else []), (size - spare, 1)]


def _touches_no_padding(axis: Axis, start: int, stop: int) -> bool:
    if axis.base_dilation > 1:
        return False
    last = axis.input_of(stop - 1, axis.kernel - 1)
    return axis.input_of(start, 0) >= 0 and last < axis.inputs


def _valid_taps(axis: Axis, start: int, size: int) -> tuple[tuple[bool, ...], ...]:
    return tuple(
        tuple(axis.reads(output, k) for k in range(axis.kernel))
        for output in range(start, start + size)
    )
