"""How many passes through shared memory a warp's access takes."""

from collections.abc import Iterable
from functools import lru_cache

from convopt.passes.geometry.blocks.threads import WARP, ProductThreads

_BANKS = 32
_WIDEST = 4


def vector_of(*sizes: int) -> int:
    """Words that one instruction moves: the most of 4, 2, 1 that divides all sizes."""
    return next(wide for wide in (_WIDEST, 2, 1) if all(size % wide == 0 for size in sizes))


def wavefronts(addresses: Iterable[int], wide: int = 1) -> int:
    """Cycles of the banks for the lanes' first words, `wide` neighbours each: distinct words of a
    bank come one after the other, the same word goes to all lanes at once."""
    seen = {(first + i) for first in addresses for i in range(wide)}
    counts = [0] * _BANKS
    for word in seen:
        counts[word % _BANKS] += 1
    return max(counts)


@lru_cache(maxsize=16384)
def filter_wavefronts(product: ProductThreads, wide: int) -> int:
    """Of a warp that reads its threads' filters, of one channel."""
    lanes = _lanes(product)
    return wavefronts((filter * product.thread_filters for filter, _ in lanes), wide)


@lru_cache(maxsize=16384)
def pixel_wavefronts(product: ProductThreads, wide: int, stride: int) -> int:
    """Of a warp that reads its threads' pixels, `stride` words apart, of one channel."""
    lanes = _lanes(product)
    return wavefronts((pixel * product.thread_pixels * stride for _, pixel in lanes), wide)


@lru_cache(maxsize=16384)
def store_wavefronts(product: ProductThreads, pitch: int) -> int:
    """Of a warp that writes a sum of each thread, a filter taking `pitch` words."""
    if product.is_matrix:
        return wavefronts(lane // 4 * pitch + lane % 4 * 2 for lane in _WARP)
    tall, wide = product.thread_filters, product.thread_pixels
    return wavefronts(f * tall * pitch + p * wide for f, p in _lanes(product))


@lru_cache(maxsize=16384)
def strip_wavefronts(strips: int, rows: int, step: int, down: int, pitch: int) -> int:
    """Of a warp that reads a tap of a depthwise convolution: items are `step` words apart in a row
    of `strips`, rows `down` words apart, channels `pitch`."""
    places = ((lane % strips, lane // strips % rows, lane // (strips * rows)) for lane in _WARP)
    return wavefronts(at * step + row * down + channel * pitch for at, row, channel in places)


@lru_cache(maxsize=16384)
def _lanes(product: ProductThreads) -> tuple[tuple[int, int], ...]:
    """Which thread along filters and along pixels each lane of the first warp is."""
    near_pixels, near_filters = product.pixel_lanes, product.filter_lanes
    far_filters = product.filter_threads // near_filters
    lanes = []
    for lane in range(min(WARP, product.threads)):
        near_pixel, rest = lane % near_pixels, lane // near_pixels
        near_filter, rest = rest % near_filters, rest // near_filters
        far_filter, far_pixel = rest % far_filters, rest // far_filters
        far_pixel %= product.pixel_threads // near_pixels
        lanes.append(
            (far_filter * near_filters + near_filter, far_pixel * near_pixels + near_pixel)
        )
    return tuple(lanes)


_WARP = range(WARP)
