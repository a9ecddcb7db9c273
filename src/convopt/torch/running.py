"""Compiled sets of nodes as functions on tensors."""

import threading
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import fx

from convopt.artifact import CodeSegment
from convopt.backends.targets import CpuTarget
from convopt.runtime.code_runner import CodeRunner
from convopt.runtime.threads import ThreadTeam
from convopt.torch.results import ResultSpec


class _SharedTeam:
    """A team of threads that all compiled code takes in turn."""

    def __init__(self, threads: int) -> None:
        self.team = ThreadTeam(threads)
        self.lock = threading.Lock()


@lru_cache(maxsize=8)
def _team(threads: int) -> _SharedTeam:
    return _SharedTeam(threads)


class CompiledFunction:
    """Machine code with its weights; inputs are read where they lie, if they are in row-major
    order, and results are written to new tensors. Calls from several threads take turns.

    The inputs at the places `parameters` are the code's parameters, by number; they are packed at
    every call, since a change of `tensor.data` leaves no trace.
    """

    def __init__(
        self,
        segment: CodeSegment,
        target: CpuTarget,
        threads: int,
        results: Sequence[ResultSpec],
        *,
        parameters: Sequence[int] = (),
    ) -> None:
        shared = _team(threads)
        self._lock = shared.lock if threads > 1 else threading.Lock()
        self._runner = CodeRunner(segment, target, shared.team)
        self._results = tuple(results)
        self._parameters = tuple(parameters)
        self._shapes = [spec.shape for spec in results]
        self._all_row_major = all(spec.is_row_major for spec in results)

    def __call__(self, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        return self.run(inputs, [inputs[place] for place in self._parameters])

    def run(
        self, inputs: Sequence[torch.Tensor], parameters: Sequence[torch.Tensor]
    ) -> list[torch.Tensor]:
        """The results for inputs and parameters."""
        dense = [each.contiguous() for each in inputs]
        made = [torch.empty(shape, dtype=torch.float32) for shape in self._shapes]
        packed = [each.detach().contiguous().numpy() for each in parameters]
        with self._lock:
            self._runner.set_parameters(packed)
            self._runner.run_at([each.data_ptr() for each in (*dense, *made)])
        if self._all_row_major:
            return made
        return [_laid_out(each, spec) for each, spec in zip(made, self._results, strict=True)]


class EagerFunction:
    """The same nodes, run by PyTorch one by one, with the constants of a call."""

    def __init__(
        self,
        module: fx.GraphModule,
        constants: Sequence[torch.Tensor],
        results: Sequence[ResultSpec],
    ) -> None:
        self._module = module
        self._constants = tuple(constants)
        self._results = tuple(results)

    def __call__(self, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        found = self._module(*inputs, *self._constants)
        return [_laid_out(each, spec) for each, spec in zip(found, self._results, strict=True)]


def _laid_out(tensor: torch.Tensor, spec: ResultSpec) -> torch.Tensor:
    """The tensor with the strides of the spec."""
    if tensor.stride() == spec.strides:
        return tensor
    return spec.empty().copy_(tensor)
