"""Caches that are played on a sequence of accesses: set-associative, least recently used goes.

Write-allocate: a store to a line that is missing fetches it. Write-back: a changed line goes to the
next level when it leaves. There is no prefetching. Caches start empty.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Lines = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CacheSize:
    """Sizes in bytes; `ways` lines a set. The number of sets is a power of two."""

    bytes: int
    ways: int
    line_bytes: int = 64

    def __post_init__(self) -> None:
        assert self.sets * self.ways * self.line_bytes == self.bytes
        assert self.sets & (self.sets - 1) == 0

    @property
    def sets(self) -> int:
        return self.bytes // (self.ways * self.line_bytes)


@dataclass
class MissCounts:
    """Lines that were fetched for loads and for stores, and changed lines that left."""

    loads: int = 0
    stores: int = 0
    written_back: int = 0

    @property
    def fetched(self) -> int:
        return self.loads + self.stores


class Cache:
    """One level; `below` is the next one, None: memory."""

    def __init__(self, size: CacheSize, below: "Cache | None" = None):
        self.size = size
        self.below = below
        self.misses = MissCounts()
        self._sets: list[dict[int, bool]] = [{} for _ in range(size.sets)]
        """Of each set its lines, the least recently used first, and whether they were changed."""

    def access(self, line: int, is_store: bool) -> bool:
        """Touch a line, an address divided by the line's size; whether it was there."""
        held = self._sets[line & (len(self._sets) - 1)]
        changed = held.pop(line, None)
        if changed is not None:
            held[line] = changed or is_store
            return True
        if is_store:
            self.misses.stores += 1
        else:
            self.misses.loads += 1
        if self.below is not None:
            self.below.access(line, is_store=False)
        self._insert(held, line, is_store)
        return False

    def take_back(self, line: int) -> None:
        """A changed line from the level above: no fetch, for all of it is given."""
        held = self._sets[line & (len(self._sets) - 1)]
        held.pop(line, None)
        self._insert(held, line, changed=True)

    def _insert(self, held: dict[int, bool], line: int, changed: bool) -> None:
        if len(held) == self.size.ways:
            oldest = next(iter(held))
            if held.pop(oldest):
                self.misses.written_back += 1
                if self.below is not None:
                    self.below.take_back(oldest)
        held[line] = changed


def access_all(cache: Cache, lines: Lines, stores: Flags) -> None:
    """All accesses in order, as `access` one by one.

    What touches the line that its set was touched for last hits and moves nothing; these are found
    at once and left out. A store among them is as if it were the first of them that stayed.
    """
    if not len(lines):
        return
    sets = lines & (cache.size.sets - 1)
    order = np.argsort(sets, kind="stable")
    by_set, lines_by_set = sets[order], lines[order]
    starts = np.ones(len(lines), bool)
    starts[1:] = (by_set[1:] != by_set[:-1]) | (lines_by_set[1:] != lines_by_set[:-1])
    first = np.flatnonzero(starts)
    changes = np.logical_or.reduceat(stores[order], first)
    time = np.argsort(order[first])
    kept = order[first][time]
    is_store, changed = stores[kept], changes[time]
    for line, stored, later in zip(
        lines[kept].tolist(), is_store.tolist(), changed.tolist(), strict=True
    ):
        cache.access(line, stored)
        if later and not stored:
            cache.access(line, is_store=True)


def touched_lines(
    addresses: npt.NDArray[np.uint64],
    sizes: npt.NDArray[np.uint8],
    stores: Flags,
    line_bytes: int,
) -> tuple[Lines, Flags]:
    """The lines of accesses in order; one that crosses lines touches both."""
    first = (addresses // np.uint64(line_bytes)).astype(np.int64)
    last = ((addresses + sizes - np.uint64(1)) // np.uint64(line_bytes)).astype(np.int64)
    counts = last - first + 1
    if counts.max(initial=1) == 1:
        return first, stores
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + within, np.repeat(stores, counts)
