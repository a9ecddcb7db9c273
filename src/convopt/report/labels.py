"""Room for labels beside points."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_GAP = 6


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def free_place(
    x: float, y: float, width: float, height: float, taken: Sequence[Box], frame: Box
) -> Box | None:
    """The first place around a point that is in the frame and meets nothing; None without one."""
    for place in _places(x, y, width, height):
        if frame.holds(place) and not any(place.meets(other) for other in taken):
            return place
    return None


def _places(x: float, y: float, width: float, height: float) -> Iterator[Box]:
    """Right, left, above, below, then the corners."""
    for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1)):
        left = x + dx * _GAP - (0 if dx > 0 else width if dx < 0 else width / 2)
        top = y + dy * _GAP - (0 if dy > 0 else height if dy < 0 else height / 2)
        yield Box(left, top, left + width, top + height)
