"""The block of threads that a kernel takes the least time with, by the time model.

A coarse grid first; from the best few of it downhill, in one respect after the other. Sizes that
the target has no room for are never taken.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from convopt.backends.targets import GpuTarget
from convopt.passes.cost.gpu.occupancy import problem_on
from convopt.passes.cost.gpu.predicted_time import predicted_seconds
from convopt.passes.cost.gpu.traffic import KernelTraffic, kernel_traffic
from convopt.passes.geometry.blocks.kernel import BlockKernel
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.plan.gpu_candidates import MOVES, starts_of

_DOWNHILL = 3
"""Of the coarse grid, how many are the start of a search."""
_ROUNDS = 8


@dataclass(frozen=True)
class KernelProblem:
    """What is to be planned; the sizes of `kernel` are of no account.

    `elementwise`: operands of the last epilogue that have the result's shape. `is_cold`: filters
    come from DRAM. `matrix`: tensor cores may be used.
    """

    kernel: BlockKernel
    target: GpuTarget
    elementwise: int = 0
    is_cold: bool = False
    matrix: bool = False


@dataclass(frozen=True)
class BestBlock:
    """Sizes, and what the models say of them."""

    sizes: BlockSizes
    traffic: KernelTraffic
    seconds: float


@lru_cache(maxsize=4096)
def best_block(problem: KernelProblem) -> BestBlock | None:
    """None where the target has room for none of the sizes that are tried."""
    search = _Search(problem, {})
    starts = starts_of(problem.kernel, problem.matrix)
    grid = sorted({(search.seconds(sizes), sizes) for sizes in starts})
    found = [search.downhill(sizes) for seconds, sizes in grid[:_DOWNHILL] if seconds < inf]
    if not found:
        return None
    seconds, sizes = min(found)
    kernel = replace(problem.kernel, sizes=sizes)
    return BestBlock(sizes, kernel_traffic(kernel, problem.elementwise), seconds)


@dataclass(frozen=True)
class _Search:
    problem: KernelProblem
    known: dict[BlockSizes, float]

    def seconds(self, sizes: BlockSizes) -> float:
        """Infinite where there is no room."""
        if sizes not in self.known:
            self.known[sizes] = self._seconds(sizes)
        return self.known[sizes]

    def _seconds(self, sizes: BlockSizes) -> float:
        problem = self.problem
        kernel = replace(problem.kernel, sizes=sizes)
        if problem_on(kernel, problem.target):
            return inf
        traffic = kernel_traffic(kernel, problem.elementwise)
        return predicted_seconds(kernel, traffic, problem.target, is_cold=problem.is_cold)

    def downhill(self, sizes: BlockSizes) -> tuple[float, BlockSizes]:
        """The best in one respect after the other, until none is better."""
        best = (self.seconds(sizes), sizes)
        for _ in range(_ROUNDS):
            before = best
            for move in MOVES:
                near = move(self.problem.kernel, best[1])
                best = min([best, *((self.seconds(each), each) for each in near)])
            if best == before:
                break
        return best
