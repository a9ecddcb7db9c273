"""Compiled code with its buffers, called many times without Python in between."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from convopt.backends.llvm import jit
from convopt.backends.llvm.interface import Interface
from convopt.backends.targets import CpuTarget
from convopt.benchmarks.channel_blocks import logical, physical
from convopt.benchmarks.layer import Array
from convopt.benchmarks.peers.memory import huge_array, huge_copy
from convopt.benchmarks.peers.peer import Prepared
from convopt.convdialect.shapes import FLOAT_BYTES
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


@dataclass(frozen=True)
class Buffers:
    """What one call reads and writes, in the entry's layouts; the workspace begins with zeros.

    `output_shapes` are logical.
    """

    inputs: Sequence[Array]
    outputs: Sequence[Array]
    weights: Array
    workspace: Array
    output_shapes: Sequence[tuple[int, ...]]

    @property
    def addresses(self) -> list[int]:
        """In the order of the entry's arguments."""
        arrays = (*self.inputs, *self.outputs, self.weights, self.workspace)
        return [array.ctypes.data for array in arrays]


def own_buffers(
    interface: Interface,
    weights: bytes,
    inputs: Sequence[Array],
    output_shapes: Sequence[tuple[int, ...]],
) -> Buffers:
    """All on huge pages; `inputs` are logical and packed here where the entry wants blocks."""
    packed = zip(inputs, interface.inputs, strict=True)
    return Buffers(
        [huge_copy(physical(x, spec.shape)) for x, spec in packed],
        [huge_array(spec.shape) for spec in interface.outputs],
        huge_copy(np.frombuffer(weights, np.float32)),
        huge_array((interface.workspace_bytes // FLOAT_BYTES,)),
        output_shapes,
    )


class BoundCode(Prepared):
    """The entry of an object, with its buffers."""

    def __init__(
        self, code: bytes, interface: Interface, target: CpuTarget, buffers: Buffers, threads: int
    ) -> None:
        self._buffers = buffers
        self._code = jit.load(code, target)
        self._entry = self._code.address(interface.run_symbol)
        pointers = interface.pointers
        loop = jit.load(_calling_loop(self._entry, pointers, target), target)
        self._call = loop.function(_CALLS, pointers, 3)
        self._team = ThreadTeam(threads)

    def run(self, calls: int) -> None:
        addresses = self._buffers.addresses
        if self._team.threads == 1:
            self._call(*addresses, 0, 1, calls)
            return
        for _ in range(calls):  # other libraries call their threads together every time, too
            self._team.run(self._entry, addresses)

    def outputs(self) -> list[Array]:
        pairs = zip(self._buffers.outputs, self._buffers.output_shapes, strict=True)
        return [logical(array, shape) for array, shape in pairs]


def _calling_loop(entry: int, pointers: int, target: CpuTarget) -> str:
    parameters = ", ".join(f"ptr %buffer{number}" for number in range(pointers))
    return _LOOP.format(triple=target.triple, name=_CALLS, parameters=parameters, entry=entry)
