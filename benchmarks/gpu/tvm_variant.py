"""A case by TVM: its importer of ONNX, relax's default pipeline for CUDA, its default schedules.

That is what TVM gives a user who does not tune: dlight's rules, of which one takes matrix products
and, with them, pointwise and dense convolutions; depthwise ones fall to a rule for reductions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.constants import PackedConstants
from convopt.backends.tvm.lowering import import_tvm
from convopt.benchmarks.gpu.built import BuiltVariant, KernelText, PackedNumbers
from convopt.benchmarks.gpu.on_device.bundle import F32, TVM, Launch
from convopt.benchmarks.gpu.tvm_kernels import TvmFunction, build_function, cuda_target
from convopt.errors import ConvoptError
from convopt.passes.lower.arena import Lifetime, place

if TYPE_CHECKING:
    from onnx import ModelProto

_ALLOCATION, _RESHAPE = "relax.builtin.alloc_tensor", "relax.reshape"


def build_by_tvm(model: "ModelProto", target: GpuTarget, weights: int) -> BuiltVariant:
    """`weights`: how many numbers stand in the model in place of weights.

    Raises ConvoptError for what TVM makes of a model beyond calls of kernels.
    """
    tvm = import_tvm()
    from tvm.relax.frontend.onnx import from_onnx

    own_target = cuda_target(target.compute_capability)
    with own_target:
        module = tvm.transform.Sequential(_passes(own_target))(from_onnx(model))
    functions = {
        symbol.name_hint: build_function(symbol.name_hint, function, own_target)
        for symbol, function in module.functions.items()
        if isinstance(function, tvm.tirx.PrimFunc)
    }
    return _Program(functions, weights).read(module["main"]).built()


def _passes(target: Any) -> list[Any]:
    """Those of relax's default pipeline that come before the runtime's own memory and calls."""
    from tvm.relax.backend.cuda import pipeline

    return [
        *pipeline.library_dispatch_passes(target),
        *pipeline.legalize_passes(target),
        *pipeline.dataflow_lower_passes(target),
    ]


@dataclass(frozen=True)
class _Place:
    """`at`: number of the input or buffer, or bytes into the weights."""

    space: str
    at: int


@dataclass
class _Program:
    """Calls of kernels in order; `buffers`: sizes of what is computed, in bytes."""

    functions: dict[str, TvmFunction]
    weights: int
    places: dict[Any, _Place] = field(default_factory=dict)
    calls: list[tuple[str, list[_Place]]] = field(default_factory=list)
    buffers: list[int] = field(default_factory=list)
    packed: PackedConstants = field(default_factory=PackedConstants)
    literals: list[float] = field(default_factory=list)
    output: _Place | None = None

    def read(self, function: Any) -> "_Program":
        for index, parameter in enumerate(function.params):
            self.places[parameter] = _Place("input", index)
        for block in function.body.blocks:
            for binding in block.bindings:
                self._read_binding(binding.var, binding.value)
        self.output = self._place(function.body.body)
        return self

    def _read_binding(self, variable: Any, value: Any) -> None:
        relax = import_tvm().relax
        if not isinstance(value, relax.Call):
            self.places[variable] = self._place(value)
            return
        name = value.op.name if hasattr(value.op, "name") else value.op.name_hint
        if name == _ALLOCATION:
            self.buffers.append(0)
            self.places[variable] = _Place("buffer", len(self.buffers) - 1)
        elif name == _RESHAPE:
            self.places[variable] = self._place(value.args[0])
        elif name in self.functions:
            self._read_call(name, [self._place(each) for each in value.args])
        else:
            raise ConvoptError(f"expected calls of kernels from TVM, found one of {name}")

    def _read_call(self, name: str, places: list[_Place]) -> None:
        for each, size in zip(places, self.functions[name].sizes, strict=True):
            if each.space == "buffer":
                self.buffers[each.at] = size
        self.calls.append((name, places))

    def _place(self, value: Any) -> _Place:
        if isinstance(value, import_tvm().ir.Constant):
            return _Place("weights", self._packed(value.value.numpy()))
        return self.places[value]

    def _packed(self, array: npt.NDArray[Any]) -> int:
        """Weights are numbers; others become literals."""
        if array.dtype != np.float32:
            raise ConvoptError(f"expected f32 constants from TVM, found {array.dtype}")
        if array.size > 1:
            return self.packed.add(array.tobytes())
        value = float(array.reshape(()))
        if value not in self.literals:
            self.literals.append(value)
        number = self.weights + 1 + self.literals.index(value)
        return self.packed.add(np.uint32(number).tobytes())

    def built(self) -> BuiltVariant:
        offsets, workspace_bytes = self._placed()
        used = dict.fromkeys(name for name, _ in self.calls)
        packed = self.packed.to_bytes()
        runs = ((len(packed) // np.dtype(np.float32).itemsize, F32),)
        kernels = tuple(self.functions[name].text for name in used)
        return BuiltVariant(
            TVM,
            F32,
            tuple(map(_plan, kernels)),
            tuple(self._launches(offsets)),
            workspace_bytes,
            None,
            PackedNumbers(packed, runs, tuple(self.literals)),
            kernels,
        )

    def _placed(self) -> tuple[dict[_Place, tuple[str, int]], int]:
        """Where buffers lie, and bytes of the workspace, which they share over time."""
        numbers = [n for n in range(len(self.buffers)) if _Place("buffer", n) != self.output]
        offsets, total = place([self._lifetime(number) for number in numbers])
        found = {
            _Place("buffer", number): ("workspace", offset)
            for number, offset in zip(numbers, offsets, strict=True)
        }
        assert self.output is not None
        return {**found, self.output: ("output", 0)}, total

    def _lifetime(self, number: int) -> Lifetime:
        steps = [
            n for n, (_, places) in enumerate(self.calls) if _Place("buffer", number) in places
        ]
        return Lifetime(self.buffers[number], min(steps), max(steps))

    def _launches(self, offsets: dict[_Place, tuple[str, int]]) -> Iterator[Launch]:
        for name, places in self.calls:
            function = self.functions[name]
            arguments = [offsets.get(each, (each.space, each.at)) for each in places]
            ordered = tuple(arguments[index] for index in function.order)
            moved = sum(function.sizes)
            yield Launch(function.text.kernel.name, ordered, name, "", 0, moved, moved, 0)


def _plan(text: KernelText) -> str:
    grid, block = ("x".join(map(str, each)) for each in (text.kernel.grid, text.kernel.block))
    return f"{grid} blocks of {block} threads"
