"""What one core can do at best: data, and how it is measured."""

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from convopt.backends.llvm import jit
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import FLOAT_BYTES, Array
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
from convopt.runtime.buffers import address

_PAGE = 4096
_PEAK_SECONDS = 2e-4
_PEAK_BURSTS = 40
_MEMORY_SECONDS = 5e-4
_MEMORY_BURSTS = 12
_LARGE = 64 << 20
_LARGE_BURSTS = 3
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
        """The best of many bursts each; takes a second or two, DRAM the larger part."""
        peak = max(self.peak_gflops() for _ in range(_PEAK_BURSTS))
        found = tuple(
            Level(name, size, *self._bandwidths(working_set))
            for name, size, working_set in memory_levels(self._target, _physical_bytes())
            if size or with_dram
        )
        return Limits(self._target.lanes, peak, found)

    def _bandwidths(self, working_set: int) -> tuple[float, float, float]:
        """Reading, writing and copying GB/s, in buffers of `working_set` bytes together."""
        step = step_bytes(self._target)
        half = working_set // 2 // step * step
        memory = huge_array(((2 * half + _PAGE) // FLOAT_BYTES,))
        both = memory[: 2 * half // FLOAT_BYTES]
        # A load waits for a store before it to the same place in another page: half a page apart
        # from the source, the destination of a copy is never in the way.
        offset = half + (_PAGE // 2 - half) % _PAGE
        target = memory[offset // FLOAT_BYTES :]
        return (
            self._bandwidth(READ, both, self._sums, 2 * half, 2 * half),
            self._bandwidth(WRITE, self._ones, both, 2 * half, 2 * half),
            self._bandwidth(COPY, both, target, half, 2 * half),
        )

    def _bandwidth(self, name: str, source: Array, target: Array, count: int, moved: int) -> float:
        burst = self._burst(name, source, target, count, _MEMORY_SECONDS)
        bursts = _LARGE_BURSTS if moved > _LARGE else _MEMORY_BURSTS
        best = min(burst.seconds() for _ in range(bursts))
        return burst.repeats * moved / best / 1e9

    def _burst(
        self, name: str, source: Array, target: Array, count: int, least_seconds: float
    ) -> "_Burst":
        burst = _Burst(self._loops[name], source, target, count, 1)
        while (seconds := burst.seconds()) < least_seconds:
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
