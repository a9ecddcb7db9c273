"""Compiled code with its buffers, called many times without Python in between."""

from collections.abc import Sequence

import numpy as np

from convopt.artifact import CodeSegment
from convopt.backends.llvm import jit
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.layer import Array
from convopt.benchmarks.peers.memory import huge_array, huge_copy
from convopt.benchmarks.peers.peer import Prepared
from convopt.runtime.threads import ThreadTeam

_CALLS = "convopt_benchmark_calls"

_LOOP = """\
target triple = "{triple}"
define void @{name}({parameters}, i64 %thread, i64 %threads, i64 %calls) {{
entry:
  br label %call
call:
  %number = phi i64 [ 0, %entry ], [ %next, %call ]
  call void inttoptr (i64 {entry} to ptr)({parameters}, i64 %thread, i64 %threads)
  %next = add i64 %number, 1
  %more = icmp ult i64 %next, %calls
  br i1 %more, label %call, label %done
done:
  ret void
}}
"""


class BoundCode(Prepared):
    """The entry of a segment on buffers of its own, all on huge pages.

    Inputs are logical arrays; a 4-D one that the entry takes in channel blocks is packed here.
    `output_shapes` are logical, too.
    """

    def __init__(
        self,
        segment: CodeSegment,
        target: CpuTarget,
        inputs: Sequence[Array],
        threads: int,
        output_shapes: Sequence[tuple[int, ...]],
    ) -> None:
        interface = segment.interface
        specs = interface.inputs
        self._shapes = output_shapes
        self._outputs = [huge_array(spec.shape) for spec in interface.outputs]
        self._buffers = [
            *(huge_copy(_physical(x, spec.shape)) for x, spec in zip(inputs, specs, strict=True)),
            *self._outputs,
            huge_copy(np.frombuffer(segment.weights, np.float32)),
            huge_array((interface.workspace_bytes // 4,)),
        ]
        self._code = jit.load(segment.code, target)
        entry = self._code.address(interface.run_symbol)
        pointers = interface.pointers
        loop = jit.load(_calling_loop(entry, pointers, target), target)
        self._call = loop.function(_CALLS, pointers, 3)
        self._team = ThreadTeam(threads)

    def run(self, calls: int) -> None:
        threads = self._team.threads
        addresses = [buffer.ctypes.data for buffer in self._buffers]
        if threads == 1:
            self._call(*addresses, 0, 1, calls)
            return
        self._team.run(lambda thread: self._call(*addresses, thread, threads, calls))

    def outputs(self) -> list[Array]:
        return [
            _logical(array, shape) for array, shape in zip(self._outputs, self._shapes, strict=True)
        ]


def _calling_loop(entry: int, pointers: int, target: CpuTarget) -> str:
    parameters = ", ".join(f"ptr %buffer{number}" for number in range(pointers))
    return _LOOP.format(triple=target.triple, name=_CALLS, parameters=parameters, entry=entry)


def _physical(array: Array, shape: tuple[int, ...]) -> Array:
    """The array as the entry takes it: as it is, or [N, C/b rounded up, H, W, b]."""
    if len(shape) == array.ndim:
        return array
    from convopt.passes.lower.packing import pack_blocked

    return pack_blocked(array, shape[-1])


def _logical(array: Array, shape: tuple[int, ...]) -> Array:
    """A copy without channel blocks and their tail."""
    if array.ndim == len(shape):
        return array.copy()
    batch, blocks, height, width, lanes = array.shape
    unblocked = array.transpose(0, 1, 4, 2, 3).reshape(batch, blocks * lanes, height, width)
    return unblocked[:, : shape[1]].copy()
