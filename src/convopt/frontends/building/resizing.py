"""Which kind of `conv.resize` copies the elements that a frontend's operator copies."""

from collections.abc import Sequence

import numpy as np

from convopt.convdialect.attributes import ResizeCoordinates
from convopt.convdialect.resampling import nearest_sources
from convopt.frontends.building.function import Array


def nearest_kind(
    sizes: Sequence[tuple[int, int]], wanted: Sequence[Array]
) -> ResizeCoordinates | None:
    """The coordinates with which each axis of (input size, output size) copies the wanted indices;
    None if there are none."""
    for candidate in (ResizeCoordinates.ASYMMETRIC, ResizeCoordinates.HALF_PIXEL):
        sources = [nearest_sources(*pair, candidate) for pair in sizes]
        if all(np.array_equal(each, found) for each, found in zip(wanted, sources, strict=True)):
            return candidate
    return None
