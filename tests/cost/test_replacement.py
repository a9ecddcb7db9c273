"""What a cache with random replacement misses, against one that is played."""

import random

import pytest

from convopt.passes.cost.memory_access.replacement import missed_share


def played(lines: int, cycle: int, rounds: int = 40) -> float:
    """Misses of a cache of `lines` over the last rounds of reading `cycle` lines in order."""
    rng = random.Random(0)
    places: dict[int, int] = {}
    held: list[int] = []
    missed = 0
    for number in range(rounds * cycle):
        line = number % cycle
        if line in places:
            continue
        missed += number >= rounds // 2 * cycle
        if len(held) < lines:
            places[line] = len(held)
            held.append(line)
            continue
        victim = rng.randrange(lines)
        del places[held[victim]]
        held[victim] = line
        places[line] = victim
    return missed / (rounds - rounds // 2) / cycle


@pytest.mark.parametrize("ratio", [1.1, 1.3, 1.5, 2.0, 3.0])
def test_a_cache_that_is_played_misses_as_much(ratio: float) -> None:
    lines = 2000
    expected = played(lines, int(ratio * lines))
    assert missed_share(ratio * lines, lines) == pytest.approx(expected, abs=0.02)


def test_what_fits_hits_and_what_is_cold_misses() -> None:
    assert missed_share(0, 100) == missed_share(100, 100) == 0
    assert missed_share(float("inf"), 100) == 1
    assert 0 < missed_share(101, 100) < 0.03
    assert missed_share(10_000, 100) == pytest.approx(1)
