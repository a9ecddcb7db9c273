"""A pair as AArch64 code in the emulator, and what two levels of cache miss meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convopt.benchmarks.layer import Array
from convopt.benchmarks.layers.pairs import Pair
from convopt.benchmarks.misses.cache import (
    Cache,
    CacheSize,
    MissCounts,
    access_all,
    touched_lines,
)
from convopt.benchmarks.prediction.cases import PAIRS, Case
from convopt.benchmarks.prediction.compiled import CompiledCase, compiled
from convopt.benchmarks.traffic.cpu_savings import pair_saving
from convopt.comparison import relative_error
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import ConvoptError
from convopt.passes.cost.kernel_model import PlannedKernel
from convopt.passes.cost.memory_access.accesses import traffic_beyond
from convopt.passes.cost.memory_access.cpu_kernel import LastTouch
from convopt.testing.emulator import EmulationError, run_aarch64
from convopt.testing.memory_trace import Accesses

L1 = CacheSize(64 * 1024, ways=4)
L2 = CacheSize(512 * 1024, ways=8)

TOLERANCE = 1e-5
"""Largest relative difference (norm) between the results apart and fused."""
_CPU = "neoverse-n1"
"""The emulated core: the one that knows all of NEON."""


@dataclass(frozen=True)
class RunMisses:
    """One run from empty caches: the emulator's accesses (at most 8 bytes each), and misses.

    `l2_modelled`: lines that the planner's memory model says that L2 fetches.
    """

    accesses: int
    l1: MissCounts
    l2: MissCounts
    l2_modelled: float


@dataclass(frozen=True)
class PairMisses:
    """Two kernels one after the other, and one fused module, as planned (`schedule`).

    `is_chosen`: whether the planner would fuse the pair.
    """

    pair: Pair
    target: str
    apart: RunMisses
    fused: RunMisses
    schedule: str
    is_chosen: bool

    @property
    def l1_saved(self) -> float:
        """A share of the misses apart; negative where fusion adds some."""
        return 1 - self.fused.l1.fetched / self.apart.l1.fetched

    @property
    def l2_saved(self) -> float:
        return 1 - self.fused.l2.fetched / self.apart.l2.fetched


def measure(pair: Pair, target: str) -> PairMisses:
    """Compile the pair apart and fused, run both, and compare their results.

    `target` is an AArch64 target's name, or the path of a target file. Raises ConvoptError if the
    results differ or code accesses memory that is not its own.
    """
    apart = compiled(Case((PAIRS,), pair.layers), target)
    fused = compiled(Case((PAIRS,), pair.layers, is_fused=True), target)
    expected, apart_misses = run(apart)
    found, fused_misses = run(fused)
    error = relative_error(found, expected)
    if not error <= TOLERANCE:
        raise ConvoptError(
            f"{pair.name}: expected a relative difference of at most {TOLERANCE} between apart and "
            f"fused, found {error:.1e}"
        )
    is_chosen = pair_saving(pair, target).is_chosen
    return PairMisses(pair, target, apart_misses, fused_misses, fused.schedule, is_chosen)


def run(code: CompiledCase, l1: CacheSize = L1, l2: CacheSize = L2) -> tuple[Array, RunMisses]:
    """Once, on random numbers; the result, and what caches miss that are empty at first."""
    (image,), (output,) = code.interface.inputs, code.interface.outputs
    x = np.random.default_rng(0).standard_normal(image.shape, np.float32)
    y = np.full(output.shape, np.nan, np.float32)
    weights = np.frombuffer(code.weights, np.float32)
    workspace = np.zeros(code.interface.workspace_bytes // 4, np.float32)
    below = Cache(l2)
    caches = _Caches(Cache(l1, below), below)
    try:
        run_aarch64(
            code.code,
            code.interface.run_symbol,
            [x, y, weights, workspace],
            (0, 1),
            cpu=_CPU,
            sides=["start"],
            take_accesses=caches.take,
        )
    except EmulationError as error:
        raise ConvoptError(f"{code.case.name}: {error}") from error
    modelled = modelled_lines(code.kernels, l2)
    return y, RunMisses(caches.accesses, caches.l1.misses, caches.l2.misses, modelled)


def modelled_lines(kernels: Sequence[PlannedKernel], cache: CacheSize) -> float:
    """What kernels fetch into a cache that is empty at first, after the planner's memory model.

    A kernel finds its input as far away as the one before it touched bytes.
    """
    since = LastTouch()
    elements = 0
    for kernel in kernels:
        elements += traffic_beyond(kernel.phases(since), cache.bytes).total
        touched = sum(stage.working_set_bytes for stage in kernel.stages)
        since = LastTouch(input=touched)
    return FLOAT_BYTES * elements / cache.line_bytes


@dataclass
class _Caches:
    l1: Cache
    l2: Cache
    accesses: int = 0

    def take(self, batch: Accesses) -> None:
        self.accesses += len(batch.addresses)
        access_all(self.l1, *touched_lines(*batch, self.l1.size.line_bytes))
