"""What a cache with random replacement misses, against one that is played."""

import random

import pytest

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.cpu_kernel import (
    BroadcastTile,
    CpuKernel,
    LastTouch,
    RotateTile,
)
from convopt.passes.cost.memory_access.fused_phases import kernel_phase
from convopt.passes.cost.memory_access.replacement import missed_share
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.geometry.convolution import Convolution
from convopt.testing.kernel_walk import walk


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


class RandomCache:
    """Keeps items of so many bytes each; a random one leaves when there is no room."""

    def __init__(self, capacity: float) -> None:
        self._capacity = capacity
        self._bytes = 0
        self._places: dict[object, int] = {}
        self._held: list[tuple[object, int]] = []
        self._random = random.Random(0)

    def misses(self, key: object, size: int) -> bool:
        if key in self._places:
            return False
        while self._bytes + size > self._capacity:
            self._evict()
        self._places[key] = len(self._held)
        self._held.append((key, size))
        self._bytes += size
        return True

    def _evict(self) -> None:
        place = self._random.randrange(len(self._held))
        key, size = self._held[place]
        last = self._held.pop()
        if place < len(self._held):
            self._held[place] = last
            self._places[last[0]] = place
        del self._places[key]
        self._bytes -= size


KERNELS = {
    "depthwise": CpuKernel(
        Convolution(Axis(24, 24, 3, pad=1), Axis(40, 40, 3, pad=1), 8, 8, groups=8),
        RotateTile(2, 4),
        lanes=4,
    ),
    "pointwise": CpuKernel(
        Convolution(Axis(20, 20, 1), Axis(20, 20, 1), 16, 8), BroadcastTile(5, 2), lanes=4
    ),
}


@pytest.mark.parametrize("ratio", [1.2, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_that_runs_again_and_again(name: str, ratio: float) -> None:
    """Against a cache that is played on the loops of a kernel, smaller than what it touches."""
    kernel = KERNELS[name]
    capacity = kernel.working_set_bytes / ratio
    cache = RandomCache(capacity)
    steps = [step for step in walk(kernel) if step.operand is not None]
    missed = 0
    rounds, counted = 12, 6
    for number in range(rounds):
        for step in steps:
            is_missed = cache.misses((step.operand, step.at), FLOAT_BYTES * step.elements)
            missed += step.elements * (is_missed and number >= rounds - counted)
    phase = kernel_phase("", kernel, LastTouch.warm(kernel))
    expected = sum(
        access.elements * missed_share(access.distance, capacity) for access in phase.accesses
    )
    assert missed / counted == pytest.approx(expected, rel=0.1)
