"""All codes of a layer, timed in turn in one process."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.channel_blocks import physical
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.limits.machine import Limits, Machine
from convopt.benchmarks.limits.roofline import layer_limit
from convopt.benchmarks.measuring.bench import timings
from convopt.benchmarks.measuring.results import EXACT
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.measuring.setup import target_here
from convopt.benchmarks.peers.bound_code import BoundCode, Buffers
from convopt.benchmarks.peers.memory import huge_array, huge_copy
from convopt.comparison import relative_error
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import ConvoptError


@dataclass(frozen=True)
class TileCode:
    """The object of one tile; `name` is the tile as text, `weights` a place in the job's list."""

    name: str
    code: bytes
    interface: Interface
    weights: int


@dataclass(frozen=True)
class SearchJob:
    """A layer's codes; weights that several share are there once."""

    layer: Layer
    codes: tuple[TileCode, ...]
    weights: tuple[bytes, ...]


@dataclass(frozen=True)
class TimedCode:
    """The times of one code, and the relative error of its result."""

    timing: Timing
    error: float


@dataclass(frozen=True)
class SearchSetup:
    """What a process needs to know to time tiles."""

    target: str
    rounds: int
    limits: Limits

    def work(self) -> Callable[[SearchJob], list[TimedCode]]:
        """Times the codes of a job, in order; this process must be pinned already.

        Raises ConvoptError if a result is wrong.
        """
        target = target_here(self.target)
        machine = Machine(target)
        return lambda job: self._timed(job, target, machine)

    def _timed(self, job: SearchJob, target: CpuTarget, machine: Machine) -> list[TimedCode]:
        data = LayerData.random(job.layer)
        bound = _bound(job, data, target)
        errors = []
        for one, code in zip(bound, job.codes, strict=True):
            one.run(1)
            (output,) = one.outputs()
            errors.append(relative_error(output, data.reference))
            if not errors[-1] <= EXACT:
                raise ConvoptError(
                    f"{code.name}: expected a relative error of at most {EXACT:.0e}, "
                    f"found {errors[-1]:.1e}"
                )
        limit = layer_limit(job.layer, self.limits)
        found = timings([one.run for one in bound], self.rounds, machine, self.limits, limit)
        return [TimedCode(*each) for each in zip(found, errors, strict=True)]


def _bound(job: SearchJob, data: LayerData, target: CpuTarget) -> list[BoundCode]:
    """All codes read the same input and write the same output: where these lie plays no part."""
    (image,), (result,) = job.codes[0].interface.inputs, job.codes[0].interface.outputs
    x, y = huge_copy(physical(data.x, image.shape)), huge_array(result.shape)
    workspace_bytes = max(one.interface.workspace_bytes for one in job.codes)
    workspace = huge_array((workspace_bytes // FLOAT_BYTES,))
    weights = [huge_copy(np.frombuffer(one, np.float32)) for one in job.weights]
    shapes = [data.layer.output_shape]
    return [
        BoundCode(
            one.code,
            one.interface,
            target,
            Buffers([x], [y], weights[one.weights], workspace, shapes),
            threads=1,
        )
        for one in job.codes
    ]
