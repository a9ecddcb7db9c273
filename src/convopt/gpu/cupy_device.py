"""A GPU through cupy."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convopt.backends.tvm.program import Kernel
from convopt.errors import ConvoptError
from convopt.gpu.device import Graph, Image, Memory
from convopt.runtime.arguments import Array

_OPTIONS = ("--std=c++17",)


@dataclass(frozen=True)
class _Memory:
    pointer: Any

    @property
    def address(self) -> int:
        return int(self.pointer.ptr)


@dataclass(frozen=True)
class _Graph:
    graph: Any
    stream: Any

    def replay(self) -> None:
        self.graph.launch(self.stream)


class CupyDevice:
    """`cupy.cuda.Device(ordinal)`."""

    def __init__(self, ordinal: int = 0):
        import cupy

        self._cupy = cupy
        self._runtime = cupy.cuda.runtime
        self.ordinal = ordinal
        self._device = cupy.cuda.Device(ordinal)
        capability = str(self._device.compute_capability)  # as 90
        self.compute_capability = f"{capability[:-1]}.{capability[-1]}"
        self.name = self._runtime.getDeviceProperties(ordinal)["name"].decode()
        with self._device:
            self._stream = cupy.cuda.Stream(non_blocking=True)

    @contextmanager
    def current(self) -> Iterator[None]:
        with self._device, self._stream:
            yield

    def allocate(self, size: int) -> Memory:
        try:
            return _Memory(self._cupy.cuda.alloc(max(size, 1)))
        except self._cupy.cuda.memory.OutOfMemoryError as error:
            raise ConvoptError(f"{self.name}: {error}") from error

    def load(self, image: Image, kernels: Sequence[Kernel]) -> Mapping[str, Any]:
        try:
            if image.kind == "cuda":
                module = self._cupy.RawModule(code=image.data.decode(), options=_OPTIONS)
                return self._functions(module, kernels)
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"kernels.{image.kind}"
                file.write_bytes(image.data)
                return self._functions(self._cupy.RawModule(path=str(file)), kernels)
        except (
            self._cupy.cuda.compiler.CompileException,
            self._cupy.cuda.driver.CUDADriverError,
            self._runtime.CUDARuntimeError,
        ) as error:
            raise ConvoptError(str(error).strip().replace("\n", " ")) from error

    def launch(self, function: Any, kernel: Kernel, addresses: Sequence[int]) -> None:
        function(kernel.grid, kernel.block, tuple(addresses), shared_mem=kernel.shared_bytes)

    def upload(self, address: int, array: Array) -> None:
        kind = self._runtime.memcpyHostToDevice
        self._copy(address, array.ctypes.data, array.nbytes, kind)

    def download(self, array: Array, address: int) -> None:
        kind = self._runtime.memcpyDeviceToHost
        self._copy(array.ctypes.data, address, array.nbytes, kind)

    def copy(self, target: int, source: int, size: int) -> None:
        self._copy(target, source, size, self._runtime.memcpyDeviceToDevice)

    def capture(self, work: Callable[[], None]) -> Graph:
        self._stream.begin_capture()
        try:
            work()
        except BaseException:
            with suppress(self._runtime.CUDARuntimeError):
                self._stream.end_capture()
            raise
        return _Graph(self._stream.end_capture(), self._stream)

    def wait_for(self, stream: int) -> None:
        event = self._cupy.cuda.Event(disable_timing=True)
        self._runtime.eventRecord(event.ptr, stream)
        self._stream.wait_event(event)

    def hold(self, stream: int) -> None:
        event = self._stream.record(self._cupy.cuda.Event(disable_timing=True))
        self._runtime.streamWaitEvent(stream, event.ptr)

    def synchronize(self) -> None:
        try:
            self._stream.synchronize()
        except self._runtime.CUDARuntimeError as error:
            raise ConvoptError(f"{self.name}: {error}") from error

    def milliseconds(self, work: Callable[[], None]) -> float:
        begin, end = self._cupy.cuda.Event(), self._cupy.cuda.Event()
        self._stream.record(begin)
        work()
        self._stream.record(end)
        end.synchronize()
        return float(self._cupy.cuda.get_elapsed_time(begin, end))

    def _functions(self, module: Any, kernels: Sequence[Kernel]) -> dict[str, Any]:
        """cupy reads the module when the first attribute is asked for, so before this returns."""
        functions = {kernel.name: module.get_function(kernel.name) for kernel in kernels}
        for kernel in kernels:
            function = functions[kernel.name]
            if kernel.shared_bytes > function.max_dynamic_shared_size_bytes:
                function.max_dynamic_shared_size_bytes = kernel.shared_bytes
        return functions

    def _copy(self, target: int, source: int, size: int, kind: int) -> None:
        if size:
            self._runtime.memcpyAsync(target, source, size, kind, self._stream.ptr)
