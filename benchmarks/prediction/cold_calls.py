"""Calls of compiled code that find their weights as a network's layers do: far away.

Each call takes its weights from the next place in a memory larger than L2, so that they were last
touched when all others had been: one run of a network ago. Input and output stay where they are,
as the layer before has just written the one and will be followed by a reader of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convopt.backends.llvm import jit
from convopt.backends.llvm.interface import BUFFER_ALIGNMENT, Interface
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import Array
from convopt.benchmarks.peers.memory import huge_array
from convopt.convdialect.shapes import FLOAT_BYTES

L2_SIZES = 4
"""How many times L2 the memory of weights is at least."""
LEAST_PLACES = 2

_CALLS = "convopt_cold_calls"

_LOOP = """\
target triple = "{triple}"
define void @{name}({parameters}, i64 %step, i64 %places, i64 %first, i64 %calls) {{
entry:
  br label %call
call:
  %number = phi i64 [ 0, %entry ], [ %next, %call ]
  %place = phi i64 [ %first, %entry ], [ %next_place, %call ]
  %offset = mul i64 %place, %step
  %weights = getelementptr i8, ptr %{memory}, i64 %offset
  call void inttoptr (i64 {entry} to ptr)({arguments}, i64 0, i64 1)
  %following = add i64 %place, 1
  %is_last = icmp eq i64 %following, %places
  %next_place = select i1 %is_last, i64 0, i64 %following
  %next = add i64 %number, 1
  %more = icmp ult i64 %next, %calls
  br i1 %more, label %call, label %done
done:
  ret void
}}
"""


@dataclass(frozen=True)
class SharedMemory:
    """One set of arrays for all cases, as large as the largest needs: where they lie is the same
    for everyone."""

    input: Array
    output: Array
    weights: Array
    workspace: Array

    @staticmethod
    def of(interfaces: Sequence[Interface], target: CpuTarget) -> "SharedMemory":
        """Small random numbers to read; the workspace begins with zeros, as compiled code asks."""
        rng = np.random.default_rng(0)
        weights = max(_step(each) * _places(each, target) for each in interfaces)
        arrays = [
            huge_array((size // FLOAT_BYTES,))
            for size in (
                max(spec.bytes for each in interfaces for spec in each.inputs),
                max(spec.bytes for each in interfaces for spec in each.outputs),
                weights,
                max(each.workspace_bytes for each in interfaces),
            )
        ]
        for array in (arrays[0], arrays[2]):
            array[:] = rng.standard_normal(array.size, np.float32) / 16
        return SharedMemory(*arrays)


class ColdCalls:
    """The entry of an object in shared memory, weights cold."""

    def __init__(
        self, code: bytes, interface: Interface, target: CpuTarget, memory: SharedMemory
    ) -> None:
        self._memory = memory
        self._code = jit.load(code, target)
        entry = self._code.address(interface.run_symbol)
        loop = jit.load(_loop_text(entry, interface.pointers, target), target)
        self._call = loop.function(_CALLS, interface.pointers, 4)
        self._step, self._places = _step(interface), _places(interface, target)
        self._first = 0

    def run(self, calls: int) -> None:
        """So many calls, each with the weights after those of the one before."""
        memory = self._memory
        arrays = (memory.input, memory.output, memory.weights, memory.workspace)
        addresses = (array.ctypes.data for array in arrays)
        self._call(*addresses, self._step, self._places, self._first, calls)
        self._first = (self._first + calls) % self._places


def weights_distance(interface: Interface, target: CpuTarget) -> int:
    """Bytes of weights from one use of a place to the next."""
    return _step(interface) * _places(interface, target)


def _step(interface: Interface) -> int:
    return -(-interface.weights_bytes // BUFFER_ALIGNMENT) * BUFFER_ALIGNMENT


def _places(interface: Interface, target: CpuTarget) -> int:
    return max(LEAST_PLACES, -(-L2_SIZES * target.l2_bytes // _step(interface)))


def _loop_text(entry: int, pointers: int, target: CpuTarget) -> str:
    numbers = range(pointers)
    memory = pointers - 2
    names = ["%weights" if number == memory else f"%buffer{number}" for number in numbers]
    return _LOOP.format(
        triple=target.triple,
        name=_CALLS,
        parameters=", ".join(f"ptr %buffer{number}" for number in numbers),
        memory=f"buffer{memory}",
        entry=entry,
        arguments=", ".join(f"ptr {name}" for name in names),
    )
