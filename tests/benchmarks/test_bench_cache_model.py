"""The model of caches, on sequences whose misses are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convopt.benchmarks.misses.cache import (
    Cache,
    CacheSize,
    MissCounts,
    access_all,
    touched_lines,
)

TWO_SETS = CacheSize(256, ways=2)
ONE_SET = CacheSize(128, ways=2)


def played(size: CacheSize, sequence: str) -> tuple[list[bool], Cache]:
    """Letters are lines, A being 0; capitals load, small ones store."""
    cache = Cache(size)
    hits = [cache.access(ord(each.upper()) - ord("A"), each.islower()) for each in sequence]
    return hits, cache


def test_the_least_recently_used_line_goes() -> None:
    hits, cache = played(ONE_SET, "ABACAB")
    assert hits == [False, False, True, False, True, False]
    assert cache.misses == MissCounts(loads=4)


def test_a_cycle_of_one_line_more_than_there_are_ways_never_hits() -> None:
    hits, _ = played(ONE_SET, "ABC" * 4)
    assert not any(hits)


def test_sets_do_not_share_lines() -> None:
    """A, C, E lie in one set, B, D in the other."""
    hits, _ = played(TWO_SETS, "ABCEDBA")
    assert hits == [False, False, False, False, False, True, False]


def test_stores_fetch_and_are_written_back_when_their_line_goes() -> None:
    hits, cache = played(ONE_SET, "aABCAb")
    assert hits == [False, True, False, False, False, False]
    assert cache.misses == MissCounts(loads=3, stores=2, written_back=1)


def test_the_next_level_gets_misses_and_changed_lines() -> None:
    below = Cache(CacheSize(256, ways=4))
    cache = Cache(ONE_SET, below)
    for line, is_store in ((0, True), (1, False), (2, False), (0, False), (3, False)):
        cache.access(line, is_store)
    # 0 left changed and came back from below; 1 left unchanged
    assert cache.misses == MissCounts(loads=4, stores=1, written_back=1)
    assert below.misses == MissCounts(loads=4)
    for line in (4, 5, 6):
        below.access(line, is_store=False)
    assert below.misses.written_back == 1  # the line that came from above


def test_a_changed_line_that_the_next_level_lost_is_not_fetched() -> None:
    below = Cache(CacheSize(64, ways=1))
    cache = Cache(ONE_SET, below)
    for line, is_store in ((0, True), (1, False), (2, False)):
        cache.access(line, is_store)
    # 2 is fetched, then 0 leaves and takes its place below
    assert below.misses == MissCounts(loads=3)
    assert below.access(0, is_store=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.booleans()), max_size=80),
    st.lists(st.integers(0, 80), max_size=3),
)
def test_batches_are_as_one_by_one(steps: list[tuple[int, bool]], cuts: list[int]) -> None:
    slow, fast = (Cache(TWO_SETS, Cache(CacheSize(512, ways=4))) for _ in range(2))
    for line, is_store in steps:
        slow.access(line, is_store)
    edges = [0, *sorted(min(cut, len(steps)) for cut in cuts), len(steps)]
    for start, stop in pairwise(edges):
        lines = np.array([line for line, _ in steps[start:stop]], np.int64)
        stores = np.array([is_store for _, is_store in steps[start:stop]], bool)
        access_all(fast, lines, stores)
    assert fast.misses == slow.misses
    assert fast.below is not None
    assert slow.below is not None
    assert fast.below.misses == slow.below.misses


def test_an_access_across_two_lines_touches_both() -> None:
    addresses = np.array([0, 60, 64, 127], np.uint64)
    sizes = np.array([8, 8, 4, 2], np.uint8)
    stores = np.array([False, True, False, True])
    lines, stored = touched_lines(addresses, sizes, stores, 64)
    assert lines.tolist() == [0, 0, 1, 1, 1, 2]
    assert stored.tolist() == [False, True, True, False, True, True]


@pytest.mark.parametrize("size", [(100, 1), (192, 1), (128, 4)])
def test_sizes_that_no_cache_has(size: tuple[int, int]) -> None:
    with pytest.raises(AssertionError):
        CacheSize(*size)
