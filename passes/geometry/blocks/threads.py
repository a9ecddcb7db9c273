"""How the threads of a block share a product of filters and pixels."""

from dataclasses import dataclass
from math import gcd

WARP = 32
MOST_THREADS = 1024
_PIXEL_LANES = 8
_WIDEST_STRIP = 8


@dataclass(frozen=True)
class ProductThreads:
    """`filter_threads` x `pixel_threads` threads in `slices`, each with a register tile.

    A thread's filters and its pixels are neighbours, so that it reads them as vectors. `slices`
    groups of threads make the same sums, each over its part of the channels. With `is_matrix` read
    warp for thread: its lanes hold the sums of a tile together, as tensor cores deal them out.
    """

    thread_filters: int
    thread_pixels: int
    filter_threads: int
    pixel_threads: int
    slices: int = 1
    is_matrix: bool = False

    @staticmethod
    def of_tile(
        filters: int,
        pixels: int,
        thread_filters: int,
        thread_pixels: int,
        slices: int = 1,
        is_matrix: bool = False,
    ) -> "ProductThreads":
        """As many threads as the register tile asks for."""
        return ProductThreads(
            thread_filters,
            thread_pixels,
            -(-filters // thread_filters),
            -(-pixels // thread_pixels),
            slices,
            is_matrix,
        )

    @staticmethod
    def among(threads: int, filters: int, pixels: int, lanes: int = 1) -> "ProductThreads":
        """The product divided among a given number of threads: the fewest sums a thread, of equals
        those that read least. A thread's filters are a multiple of `lanes`."""
        found: list[tuple[int, int, int, ProductThreads]] = []
        for filter_threads in range(1, min(threads, -(-filters // lanes)) + 1):
            pixel_threads = min(threads // filter_threads, pixels)
            tall = -(-filters // (filter_threads * lanes)) * lanes
            wide = -(-pixels // pixel_threads)
            shared = ProductThreads.of_tile(filters, pixels, tall, wide)
            found.append((tall * wide, tall + wide, filter_threads, shared))
        return min(found, key=lambda each: each[:3])[-1]

    @property
    def filters(self) -> int:
        """With those that are made in vain."""
        return self.thread_filters * self.filter_threads

    @property
    def pixels(self) -> int:
        """With those that are made in vain."""
        return self.thread_pixels * self.pixel_threads

    @property
    def threads(self) -> int:
        return self.filter_threads * self.pixel_threads * self.slices * self.unit

    @property
    def unit(self) -> int:
        """Threads that have a register tile together."""
        return WARP if self.is_matrix else 1

    @property
    def sums(self) -> int:
        """Accumulators of a thread."""
        return self.thread_filters * self.thread_pixels // self.unit

    @property
    def pixel_lanes(self) -> int:
        """Threads of a warp side by side: they read pixels in one go, and others' filters."""
        return gcd(self.pixel_threads, _PIXEL_LANES)

    @property
    def filter_lanes(self) -> int:
        """Threads of a warp that read the same pixels."""
        return gcd(self.filter_threads, WARP // self.pixel_lanes)


def strip_of(columns: int, lines: int, threads: int) -> int:
    """Neighbouring pixels that a thread makes at once, a divisor of a tile's columns.

    Wide strips read each input less often; narrow ones keep all threads busy. `lines`: rows of all
    channels.
    """

    def work(strip: int) -> tuple[int, int]:
        rounds = -(-lines * (columns // strip) // threads)
        return rounds * (strip + 1), -strip

    return min((s for s in range(1, _WIDEST_STRIP + 1) if columns % s == 0), key=work)
