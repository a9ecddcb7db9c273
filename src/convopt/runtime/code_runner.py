"""A compiled segment as a function of this process."""

import time
from collections.abc import Sequence

import numpy as np

from convopt.artifact import STEPPED_ENTRY, CodeSegment
from convopt.backends.llvm.barrier import YIELD_OFFSET
from convopt.backends.llvm.jit import load
from convopt.backends.targets import CpuTarget
from convopt.runtime.arguments import Array, ready
from convopt.runtime.buffers import address, filled_buffer, zeroed_buffer
from convopt.runtime.parameters import PackedParameters
from convopt.runtime.threads import ThreadTeam, yield_address


class CodeRunner:
    """Machine code with its weights and one workspace; not to be entered twice at a time."""

    def __init__(self, segment: CodeSegment, target: CpuTarget, team: ThreadTeam):
        interface = segment.interface
        self.segment = segment
        self._team = team
        self._weights = filled_buffer(segment.weights)
        self._parameters = PackedParameters(segment.parameter_map, target)
        self._workspace = zeroed_buffer(interface.workspace_bytes_for(team.threads))
        self._own_memory = [address(self._weights), address(self._workspace)]
        if team.threads > 1:
            self._workspace[YIELD_OFFSET : YIELD_OFFSET + 8].view(np.uint64)[0] = yield_address()
        code = load(segment.code, target)
        self._run = code.function(interface.run_symbol, interface.pointers, 2)
        self._run_address = code.address(interface.run_symbol)
        self._run_steps = (
            code.function(STEPPED_ENTRY, interface.pointers, 4) if segment.is_stepped else None
        )

    @property
    def parameter_numbers(self) -> tuple[int, ...]:
        """The parameters that the code takes."""
        return self._parameters.numbers

    def set_parameters(self, parameters: Sequence[Array]) -> None:
        """Pack parameters, by number, for the runs that follow."""
        self._parameters.pack(parameters, self._weights.view(np.float32))

    def run(self, inputs: Sequence[Array], outputs: Sequence[Array]) -> None:
        """Write the results for `inputs` into `outputs`; both fit the interface."""
        dense = _apart([ready(array) for array in inputs], outputs)
        self.run_at([address(array) for array in (*dense, *outputs)])

    def run_at(self, pointers: Sequence[int]) -> None:
        """As `run`, on the addresses of inputs, then outputs: dense, and apart from each other."""
        everything = [*pointers, *self._own_memory]
        if self._team.threads == 1:
            self._run(*everything, 0, 1)
            return
        self._team.run(self._run_address, everything)

    def step_seconds(self, inputs: Sequence[Array], repeat: int) -> list[list[float]]:
        """Seconds of every kernel call, `repeat` times, on one thread."""
        assert self._run_steps is not None
        outputs = self.new_outputs()
        dense = [ready(array) for array in inputs]
        pointers = [address(array) for array in (*dense, *outputs)] + self._own_memory
        clock, steps = time.perf_counter, range(len(self.segment.steps))
        seconds: list[list[float]] = [[] for _ in steps]
        for _ in range(repeat):
            for step in steps:
                begin = clock()
                self._run_steps(*pointers, 0, 1, step, step + 1)
                seconds[step].append(clock() - begin)
        return seconds

    def new_outputs(self) -> list[Array]:
        """Uninitialised arrays for the results."""
        return [np.empty(spec.shape, np.float32) for spec in self.segment.interface.outputs]


def _apart(inputs: Sequence[Array], outputs: Sequence[Array]) -> list[Array]:
    """Inputs that share no memory with an output: compiled code reads while it writes."""
    return [
        array.copy() if any(np.may_share_memory(array, out) for out in outputs) else array
        for array in inputs
    ]
