"""A network on a GPU as a function on arrays."""

import threading
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from convopt.backends.targets import GpuTarget
from convopt.backends.tvm.program import Argument, DeviceTensor, Launch
from convopt.errors import ConvoptError
from convopt.gpu.arrays import GpuArrays, check_input, check_output, gpu_address, library_of
from convopt.gpu.bundle import Bundle
from convopt.gpu.device import Device, Graph, Memory, load_functions
from convopt.model import Partition, TensorSpec
from convopt.runtime.arguments import bind_names, check_given, check_names, ready
from convopt.runtime.profile import Profile, ProfileRow

_LAUNCHES_A_TIME = 10
"""Of one kernel, when it is timed: a kernel alone takes less than the events around it."""


class GpuModel:
    """Call it with arrays, in the model's order or by name; or as onnxruntime's `run`.

    NumPy arrays in give NumPy arrays out. CUDA tensors of torch and cupy arrays stay on the GPU, in
    order with the stream that their library uses at the moment; the call returns before the GPU is
    done, as those libraries' own functions do. Results are new arrays, unless `out` says where to
    write. Inputs are copied on the GPU to where the kernels, recorded once as a CUDA graph, read
    them. There is one workspace: calls from several threads happen one after the other.
    """

    def __init__(self, bundle: Bundle, device: Device, target: GpuTarget):
        program = bundle.program
        self.bundle = bundle
        self.device = device
        self.target = target
        self.inputs = tuple(map(_spec, program.inputs))
        self.outputs = tuple(map(_spec, program.outputs))
        self._lock = threading.Lock()
        self._graph: Graph | None = None
        with device.current():
            self._functions = load_functions(device, bundle)
            self._weights = _uploaded(device, bundle.weights)
            self._workspace = device.allocate(program.workspace_bytes)
            self._places: dict[str, list[Memory]] = {
                "input": [device.allocate(_bytes(spec)) for spec in self.inputs],
                "output": [device.allocate(_bytes(spec)) for spec in self.outputs],
            }
        self._kernels = {kernel.name: kernel for kernel in program.kernels}

    @property
    def name(self) -> str:
        return self.bundle.name

    @property
    def partition(self) -> Partition:
        """All nodes are compiled: nothing runs beside the GPU."""
        return Partition(self.bundle.compiled_nodes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What loading the model assumed."""
        return self.bundle.notes

    @property
    def weights_bytes(self) -> int:
        """Size of the packed weights."""
        return len(self.bundle.weights)

    @property
    def workspace_bytes(self) -> int:
        """Size of the GPU's memory for tensors between kernels."""
        return self.bundle.program.workspace_bytes

    def __call__(self, *arrays: Any, out: Any = None, **named: Any) -> Any:
        """The outputs for some inputs: an array, or a tuple of them in the model's order."""
        feeds = bind_names(self.inputs, arrays, named)
        results = self._run(feeds, self._given(out))
        return results[0] if len(results) == 1 else tuple(results)

    def run(
        self, output_names: Sequence[str] | None, feeds: Mapping[str, Any], *_: object
    ) -> list[Any]:
        """As onnxruntime's `InferenceSession.run`: the named outputs, all for None."""
        known = [spec.name for spec in self.outputs]
        wanted = known if output_names is None else list(output_names)
        check_names(known, wanted, "output")
        results = dict(zip(known, self._run(feeds, {}), strict=True))
        return [results[name] for name in wanted]

    def profile(self, *arrays: Any, repeat: int = 20, **named: Any) -> Profile:
        """Median time of every kernel over `repeat` measurements, after a whole run.

        A measurement runs the kernel some times in a row, so what it reads may be in L2 already.
        """
        if repeat < 1:
            raise ConvoptError(f"expected at least 1 repetition, found {repeat}")
        self._run(bind_names(self.inputs, arrays, named), {})
        with self._lock, self.device.current():
            rows = [self._row(launch, repeat) for launch in self.bundle.program.launches]
        return Profile(tuple(rows))

    def __repr__(self) -> str:
        inputs = ", ".join(map(str, self.inputs))
        outputs = ", ".join(map(str, self.outputs))
        program = self.bundle.program
        return (
            f"<GpuModel '{self.name}' ({inputs}) -> ({outputs}) for {program.target} on "
            f"{self.device.name}, {len(program.launches)} kernels, {self.weights_bytes} weight "
            f"bytes, {self.workspace_bytes} workspace bytes>"
        )

    def _given(self, out: Any) -> dict[str, Any]:
        if out is None:
            return {}
        arrays = list(out) if isinstance(out, tuple | list) else [out]
        if len(arrays) != len(self.outputs):
            raise ConvoptError(f"expected {len(self.outputs)} arrays as out, found {len(arrays)}")
        return {spec.name: array for spec, array in zip(self.outputs, arrays, strict=True)}

    def _run(self, feeds: Mapping[str, Any], out: Mapping[str, Any]) -> list[Any]:
        check_given(self.inputs, feeds)
        library = library_of([*feeds.items(), *out.items()])
        for spec in self.inputs:
            check_input(library, spec, feeds[spec.name], self.device.ordinal)
        for spec in self.outputs if out else ():
            check_output(library, spec, out[spec.name], self.device.ordinal)
        arrays = [feeds[spec.name] for spec in self.inputs]
        with self._lock, self.device.current():
            if library is None:
                return self._run_from_host(arrays, out)
            return self._run_on_gpu(library, arrays, out)

    def _run_from_host(self, arrays: Sequence[Any], out: Mapping[str, Any]) -> list[Any]:
        device = self.device
        dense = [ready(array) for array in arrays]
        results = [
            out[spec.name] if out else np.empty(spec.shape, spec.dtype) for spec in self.outputs
        ]
        for memory, array in zip(self._places["input"], dense, strict=True):
            device.upload(memory.address, array)
        self._replay()
        for memory, array in zip(self._places["output"], results, strict=True):
            device.download(array, memory.address)
        device.synchronize()
        return results

    def _run_on_gpu(
        self, library: GpuArrays, arrays: Sequence[Any], out: Mapping[str, Any]
    ) -> list[Any]:
        device = self.device
        dense = [library.dense(array) for array in arrays]
        results = [
            out[spec.name] if out else library.empty(spec.shape, spec.dtype, device.ordinal)
            for spec in self.outputs
        ]
        stream = library.stream(device.ordinal)
        device.wait_for(stream)
        for spec, memory, array in zip(self.inputs, self._places["input"], dense, strict=True):
            device.copy(memory.address, gpu_address(array), _bytes(spec))
        self._replay()
        for spec, memory, array in zip(self.outputs, self._places["output"], results, strict=True):
            device.copy(gpu_address(array), memory.address, _bytes(spec))
        device.hold(stream)
        return results

    def _replay(self) -> None:
        """All kernels. The first run starts each, so that its code is on the GPU when the graph is
        recorded."""
        if self._graph is not None:
            self._graph.replay()
            return
        self._launch_all()
        self._graph = self.device.capture(self._launch_all)

    def _launch_all(self) -> None:
        for launch in self.bundle.program.launches:
            self._launch(launch)

    def _launch(self, launch: Launch) -> None:
        addresses = [self._address(argument) for argument in launch.arguments]
        self.device.launch(self._functions[launch.kernel], self._kernels[launch.kernel], addresses)

    def _address(self, argument: Argument) -> int:
        if argument.space == "weights":
            return self._weights.address + argument.offset
        if argument.space == "workspace":
            return self._workspace.address + argument.offset
        return self._places[argument.space][argument.offset].address

    def _row(self, launch: Launch, repeat: int) -> ProfileRow:
        def work() -> None:
            for _ in range(_LAUNCHES_A_TIME):
                self._launch(launch)

        graph = self.device.capture(work)
        times = [self.device.milliseconds(graph.replay) for _ in range(repeat)]
        milliseconds = median(times) / _LAUNCHES_A_TIME
        least = _least_milliseconds(launch, self.target)
        return ProfileRow(
            launch.kernel,
            launch.kind,
            launch.location,
            milliseconds,
            launch.macs,
            launch.bytes,
            least / milliseconds if milliseconds else 0.0,
        )


def _least_milliseconds(launch: Launch, target: GpuTarget) -> float:
    """What peak and the bandwidth of global memory allow; kernels that L2 serves may be quicker."""
    return max(2e-6 * launch.macs / target.peak_gflops, 1e-6 * launch.bytes / target.dram_gbs)


def _uploaded(device: Device, data: bytes) -> Memory:
    memory = device.allocate(len(data))
    device.upload(memory.address, np.frombuffer(data, np.uint8))
    device.synchronize()
    return memory


def _spec(tensor: DeviceTensor) -> TensorSpec:
    return TensorSpec(tensor.name, tensor.shape, tensor.dtype)


def _bytes(spec: TensorSpec) -> int:
    return int(np.prod(spec.shape, dtype=np.int64)) * np.dtype(spec.dtype).itemsize
