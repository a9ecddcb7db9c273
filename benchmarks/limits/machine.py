"""What one core can do at best: data, and how it is measured."""

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from convopt.backends.llvm import jit
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import Array
from convopt.benchmarks.limits.loops import (
    COPY,
    PEAK,
    READ,
    VECTORS_PER_STEP,
    WRITE,
    chains,
    loops_text,
    step_bytes,
)
from convopt.benchmarks.peers.memory import huge_array
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.runtime.buffers import address

_PAGE = 4096
_PEAK_SECONDS = 2e-4
_MEMORY_SECONDS = 5e-4
_SWEEPS = 6
_PEAK_BURSTS = 8
_BURSTS = 4
"""Of each in one sweep; of those beyond _LARGE bytes, one in every second sweep."""
_LARGE = 64 << 20
_MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class Level:
    """A level of memory: its size, and what one core moves of it in GB/s.

    `copy_gbs` counts the bytes that are read and those that are written. The last level's size
    is 0: everything fits.
    """

    name: str
    bytes: int
    read_gbs: float
    write_gbs: float
    copy_gbs: float


@dataclass(frozen=True)
class Limits:
    """What one core reaches with vectors of `lanes` floats; `levels` from the nearest."""

    lanes: int
    peak_gflops: float
    levels: tuple[Level, ...]


class Machine:
    """The loops of a target as functions of this process, with memory to run them on."""

    def __init__(self, target: CpuTarget):
        code = jit.load(loops_text(target), target)
        self._loops = {name: code.function(name, 2, 2) for name in (PEAK, READ, WRITE, COPY)}
        self._target = target
        self._step_flops = 2 * target.lanes * chains(target)
        self._ones = np.ones(2 * target.lanes, np.float32)
        self._sums = np.zeros(target.lanes * max(chains(target), VECTORS_PER_STEP), np.float32)
        self._peak_burst = self._burst(PEAK, self._ones, self._sums, 1000, _PEAK_SECONDS)

    def peak_gflops(self) -> float:
        """Of one burst of multiply-adds, a fifth of a millisecond: the clock's speed just now."""
        return (
            self._peak_burst.count
            * self._peak_burst.repeats
            * self._step_flops
            / (self._peak_burst.seconds() * 1e9)
        )

    def limits(self, with_dram: bool = True) -> Limits:
        """The best of many bursts each, in sweeps over all, so that a disturbance passes.

        Takes a second or two, DRAM the larger part.
        """
        levels = [
            (name, size, working_set)
            for name, size, working_set in memory_levels(self._target, _physical_bytes())
            if size or with_dram
        ]
        bursts = [self._memory_bursts(working_set) for _, _, working_set in levels]
        found = [[0.0] * len(three) for three in bursts]
        peak = 0.0
        for sweep in range(_SWEEPS):
            peak = max([peak, *(self.peak_gflops() for _ in range(_PEAK_BURSTS))])
            for (_, _, working_set), three, best in zip(levels, bursts, found, strict=True):
                is_large = working_set > _LARGE
                for _ in range(0 if is_large and sweep % 2 else 1 if is_large else _BURSTS):
                    best[:] = map(max, best, (burst.gbs() for burst in three))
        named = zip(levels, found, strict=True)
        return Limits(
            self._target.lanes,
            peak,
            tuple(Level(name, size, *best) for (name, size, _), best in named),
        )

    def _memory_bursts(self, working_set: int) -> "list[_Burst]":
        """Reading, writing and copying, in buffers of `working_set` bytes together."""
        step = step_bytes(self._target)
        half = working_set // 2 // step * step
        memory = huge_array(((2 * half + _PAGE) // FLOAT_BYTES,))
        both = memory[: 2 * half // FLOAT_BYTES]
        # A load waits for a store before it to the same place in another page: half a page apart
        # from the source, the destination of a copy is never in the way.
        offset = half + (_PAGE // 2 - half) % _PAGE
        target = memory[offset // FLOAT_BYTES :]
        return [
            self._burst(READ, both, self._sums, 2 * half, _MEMORY_SECONDS),
            self._burst(WRITE, self._ones, both, 2 * half, _MEMORY_SECONDS),
            self._burst(COPY, both, target, half, _MEMORY_SECONDS),
        ]

    def _burst(
        self, name: str, source: Array, target: Array, count: int, least_seconds: float
    ) -> "_Burst":
        """As many repeats as last `least_seconds`."""
        moved = 2 * count if name == COPY else count
        burst = _Burst(self._loops[name], source, target, count, 1, moved)
        while (seconds := min(burst.seconds() for _ in range(3))) < least_seconds:
            # What is short is mostly the call: approach the wanted length in steps.
            factor = min(8, math.ceil(least_seconds / seconds))
            burst = replace(burst, repeats=burst.repeats * max(2, factor))
        return burst


@dataclass(frozen=True)
class _Burst:
    """A loop with its arguments."""

    loop: jit.HostFunction
    source: Array
    target: Array
    count: int
    repeats: int
    moved: int

    def gbs(self) -> float:
        """GB/s of one burst, of a loop that moves `moved` bytes a repetition."""
        return self.repeats * self.moved / self.seconds() / 1e9

    def seconds(self) -> float:
        """Of one burst."""
        source, target = address(self.source), address(self.target)
        begin = time.perf_counter_ns()
        self.loop(source, target, self.count, self.repeats)
        return (time.perf_counter_ns() - begin) / 1e9


def memory_levels(target: CpuTarget, physical_bytes: int) -> Iterator[tuple[str, int, int]]:
    """Name, size, and the bytes to measure in: well inside a level, well beyond the one before."""
    yield "L1", target.l1_bytes, target.l1_bytes // 2
    yield "L2", target.l2_bytes, target.l2_bytes // 2
    if target.l3_bytes:
        working_set = max(2 * target.l2_bytes, min(target.l3_bytes // 2, 8 * target.l2_bytes))
        yield "L3", target.l3_bytes, min(working_set, target.l3_bytes)
    last = max(target.l3_bytes, target.l2_bytes)
    yield "DRAM", 0, min(max(2 * last, 64 << 20), _MOST_BYTES, physical_bytes // 8)


def _physical_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
