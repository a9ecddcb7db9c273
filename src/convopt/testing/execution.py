"""Running a module's generated code: on the host between guard pages, AArch64 in an emulator."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp

from convopt.backends.llvm import emit_object, jit
from convopt.backends.targets import cpu_target
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileAttr
from convopt.emission import Code
from convopt.passes.pipelines import NEEDS_TARGET, PIPELINES
from convopt.passes.registry import PASSES
from convopt.testing.emulator import run_aarch64
from convopt.testing.guarded import Side, guarded_array, guarded_copy

FloatArray = npt.NDArray[np.float32]
SYMBOL = "tested"


@dataclass(frozen=True)
class Compiled:
    """An object file with all that is needed to call it, and how much it keeps alive at once."""

    target: str
    object_code: bytes
    weights: FloatArray
    workspace_bytes: int
    thread_bytes: int
    output_shapes: list[tuple[int, ...]]
    live_bytes: int


def planned(module: ModuleOp, target: str, schedule: TileAttr | None = None) -> ModuleOp:
    """A level 1 module at level 3, in place.

    A `schedule` goes to every convolution instead of the one that convopt would choose.
    """
    run_passes((*PIPELINES["simplify"], "conv-assign-layouts"), module, target)
    for op in module.walk():
        if schedule is not None and isinstance(op, ConvolutionOp):
            op.schedule = schedule
    run_passes(("conv-choose-tiles",), module, target)
    return module


def planned_convolution(module: ModuleOp, target: str) -> ConvolutionOp:
    """The only convolution of a level 1 module, at level 3 in place."""
    operations = planned(module, target).walk()
    (convolution,) = (op for op in operations if isinstance(op, ConvolutionOp))
    return convolution


def kernels(module: ModuleOp, target: str, schedule: TileAttr | None = None) -> ModuleOp:
    """A level 1 module at level 4, in place: kernels, and the entry over its arena."""
    planned(module, target, schedule)
    return lowered(module, target)


def lowered(module: ModuleOp, target: str) -> ModuleOp:
    """A level 3 module at level 4, in place."""
    run_passes(PIPELINES["lower"], module, target)
    return module


def finished(module: ModuleOp, target: str) -> Compiled:
    """The object of a level 4 module, which is lowered in place."""
    live_bytes = _live_bytes(module)
    run_passes(PIPELINES["codegen"], module, target)
    code = Code(module, cpu_target(target), SYMBOL)
    interface = code.interface()
    return Compiled(
        target,
        emit_object(code.llvm_text(), cpu_target(target)),
        np.frombuffer(code.weights(), np.float32),
        interface.workspace_bytes,
        interface.thread_bytes,
        [tuple(spec.shape) for spec in interface.outputs],
        live_bytes,
    )


def compiled(module: ModuleOp, target: str, schedule: TileAttr | None = None) -> Compiled:
    """The object of a level 1 module, which is lowered in place; `schedule` as in `planned`."""
    return finished(kernels(module, target, schedule), target)


def run_passes(steps: Sequence[str], module: ModuleOp, target: str) -> None:
    """Run passes by name on a module."""
    for step in steps:
        options = {"target": target} if step in NEEDS_TARGET else {}
        PASSES[step]()(**options).apply(Context(), module)


def _live_bytes(module: ModuleOp) -> int:
    entries = [op for op in module.ops if "conv.entry" in op.attributes]
    live = entries[0].attributes["conv.live_bytes"]
    assert isinstance(live, IntegerAttr)
    return live.value.data


def run_on_host(
    code: Compiled, inputs: Sequence[FloatArray], side: Side = "end", threads: int = 1
) -> list[FloatArray]:
    """Call host code with guard pages at both sides of every buffer.

    Outputs and workspace hold NaN beforehand, so that what is not written shows. With more
    `threads` than one, Python's threads call the entry together.
    """
    outputs = [guarded_array(shape, np.float32, side) for shape in code.output_shapes]
    workspace_bytes = code.workspace_bytes + (threads - 1) * code.thread_bytes
    workspace = guarded_array((workspace_bytes // 4,), np.float32, side)
    for array in (*outputs, workspace[16:]):
        array[...] = np.nan
    buffers = [
        *(guarded_copy(array, side) for array in inputs),
        *outputs,
        guarded_copy(code.weights, side),
        workspace,
    ]
    loaded = jit.load(code.object_code, cpu_target(code.target))
    call = loaded.function(f"{SYMBOL}_run", len(buffers), 2)
    addresses = [array.ctypes.data for array in buffers]
    _run_threads(lambda thread: call(*addresses, thread, threads), threads)
    return [np.array(output, np.float32) for output in outputs]


def run_emulated(code: Compiled, inputs: Sequence[FloatArray], cpu: str) -> list[FloatArray]:
    """Call AArch64 code in the emulator, with nothing mapped around its buffers."""
    outputs = [np.full(shape, np.nan, np.float32) for shape in code.output_shapes]
    workspace = np.full(code.workspace_bytes // 4, np.nan, np.float32)
    workspace[:16] = 0
    buffers = [*inputs, *outputs, code.weights, workspace]
    run_aarch64(code.object_code, f"{SYMBOL}_run", buffers, (0, 1), cpu=cpu)
    return outputs


def _run_threads(call: Callable[[int], None], threads: int) -> None:
    if threads == 1:
        call(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(call, range(threads)))
