"""Where the factors of a product lie in shared memory."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Factors:
    """Where a step's factors lie, in shared memory; channels count in words.

    Filters: `filters` + (tap * channels + channel) * `filter_pitch` + filter. Pixels: `pixels` +
    channel * `pixel_pitch` + what `pixel_offset` says of a pixel of the tile + `tap_offset`.
    `group_of` a filter, among those whose channels are there. `scales`: where words of the
    channels' factors begin, empty without.
    """

    filters: str
    filter_pitch: int
    pixels: str
    pixel_pitch: int
    channels: int
    taps: tuple[int, int] = (1, 1)
    tap_pitch: tuple[int, int] = (0, 0)
    pixel_offset: Callable[[str], str] = lambda pixel: pixel
    group_of: Callable[[str], str] = lambda _: "0"
    scales: str = ""
