"""A GPU through cuda-python: the CUDA driver's interface, nearly as it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convopt.backends.tvm.program import Kernel
from convopt.errors import ConvoptError
from convopt.gpu.device import Graph, Image, Memory
from convopt.gpu.nvrtc import compile_with_nvrtc
from convopt.runtime.arguments import Array

_STATIC_SHARED_BYTES = 48 * 1024
"""Kernels that take more shared memory than this must say so before they are launched."""

_NAME_BYTES = 256


class DriverError(ConvoptError):
    """A call of the CUDA driver that failed."""


@dataclass
class _Memory:
    """Freed with the object."""

    device: "DriverDevice"
    address: int

    def __del__(self) -> None:
        with suppress(Exception):  # at the end of the process, the driver may be gone
            self.device.free(self.address)


@dataclass
class _Graph:
    device: "DriverDevice"
    executable: Any = field(repr=False)

    def replay(self) -> None:
        self.device.call("cuGraphLaunch", self.executable, self.device.stream)

    def __del__(self) -> None:
        with suppress(Exception):
            self.device.call("cuGraphExecDestroy", self.executable)


@dataclass(frozen=True)
class _Function:
    """A kernel; `module` keeps its code loaded."""

    handle: Any
    module: "_Module"


@dataclass
class _Module:
    device: "DriverDevice"
    handle: Any

    def __del__(self) -> None:
        with suppress(Exception):
            self.device.call("cuModuleUnload", self.handle)


class DriverDevice:
    """The GPU's primary context, which other libraries share."""

    def __init__(self, ordinal: int = 0):
        from cuda.bindings import driver

        self._driver = driver
        self.ordinal = ordinal
        self.call("cuInit", 0)
        self._device = self.call("cuDeviceGet", ordinal)
        name: bytes = self.call("cuDeviceGetName", _NAME_BYTES, self._device)
        self.name = name.partition(b"\0")[0].decode()
        major, minor = (
            self._attribute(f"COMPUTE_CAPABILITY_{word}") for word in ("MAJOR", "MINOR")
        )
        self.compute_capability = f"{major}.{minor}"
        self._context = self.call("cuDevicePrimaryCtxRetain", self._device)
        with self.current():
            self.stream = self.call("cuStreamCreate", driver.CUstream_flags.CU_STREAM_NON_BLOCKING)

    def call(self, function: str, *arguments: Any) -> Any:
        """A function of the driver: its result, a tuple for several, None for none.

        Raises DriverError, with the driver's words.
        """
        status, *results = getattr(self._driver, function)(*arguments)
        if status != self._driver.CUresult.CUDA_SUCCESS:
            _, text = self._driver.cuGetErrorString(status)
            words = text.decode() if text else "unknown error"
            raise DriverError(f"{function}: {words} ({status.name})")
        if len(results) > 1:
            return tuple(results)
        return results[0] if results else None

    @contextmanager
    def current(self) -> Iterator[None]:
        self.call("cuCtxPushCurrent", self._context)
        try:
            yield
        finally:
            self.call("cuCtxPopCurrent")

    def allocate(self, size: int) -> Memory:
        return _Memory(self, int(self.call("cuMemAlloc", max(size, 1))))

    def free(self, address: int) -> None:
        with self.current():
            self.call("cuMemFree", address)

    def load(self, image: Image, kernels: Sequence[Kernel]) -> Mapping[str, Any]:
        data = image.data
        if image.kind == "cuda":
            data = compile_with_nvrtc(data.decode(), self.compute_capability)
        if image.kind == "ptx":
            data += b"\0"  # the driver reads text to its end
        module = _Module(self, self.call("cuModuleLoadData", data))
        return {kernel.name: self._function(module, kernel) for kernel in kernels}

    def launch(self, function: Any, kernel: Kernel, addresses: Sequence[int]) -> None:
        values = np.array(addresses, np.uint64)
        places = values.ctypes.data + values.itemsize * np.arange(len(values), dtype=np.uint64)
        self.call(
            "cuLaunchKernel",
            function.handle,
            *kernel.grid,
            *kernel.block,
            kernel.shared_bytes,
            self.stream,
            places.ctypes.data,
            0,
        )

    def upload(self, address: int, array: Array) -> None:
        if array.nbytes:
            place = array.ctypes.data
            self.call("cuMemcpyHtoDAsync", address, place, array.nbytes, self.stream)

    def download(self, array: Array, address: int) -> None:
        if array.nbytes:
            place = array.ctypes.data
            self.call("cuMemcpyDtoHAsync", place, address, array.nbytes, self.stream)

    def copy(self, target: int, source: int, size: int) -> None:
        if size:
            self.call("cuMemcpyDtoDAsync", target, source, size, self.stream)

    def capture(self, work: Callable[[], None]) -> Graph:
        mode = self._driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
        self.call("cuStreamBeginCapture", self.stream, mode)
        try:
            work()
        except BaseException:
            with suppress(DriverError):
                self.call("cuStreamEndCapture", self.stream)
            raise
        graph = self.call("cuStreamEndCapture", self.stream)
        try:
            return _Graph(self, self.call("cuGraphInstantiate", graph, 0))
        finally:
            self.call("cuGraphDestroy", graph)

    def wait_for(self, stream: int) -> None:
        self._order(stream, self.stream)

    def hold(self, stream: int) -> None:
        self._order(self.stream, stream)

    def synchronize(self) -> None:
        self.call("cuStreamSynchronize", self.stream)

    def milliseconds(self, work: Callable[[], None]) -> float:
        begin, end = (self._event("CU_EVENT_DEFAULT") for _ in range(2))
        try:
            self.call("cuEventRecord", begin, self.stream)
            work()
            self.call("cuEventRecord", end, self.stream)
            self.call("cuEventSynchronize", end)
            return float(self.call("cuEventElapsedTime", begin, end))
        finally:
            self.call("cuEventDestroy", begin)
            self.call("cuEventDestroy", end)

    def _order(self, first: Any, then: Any) -> None:
        """What stream `then` gets from now on waits for what `first` has got."""
        event = self._event("CU_EVENT_DISABLE_TIMING")
        try:
            self.call("cuEventRecord", event, first)
            self.call("cuStreamWaitEvent", then, event, 0)
        finally:
            self.call("cuEventDestroy", event)

    def _event(self, flags: str) -> Any:
        return self.call("cuEventCreate", getattr(self._driver.CUevent_flags, flags))

    def _function(self, module: _Module, kernel: Kernel) -> _Function:
        handle = self.call("cuModuleGetFunction", module.handle, kernel.name.encode())
        if kernel.shared_bytes > _STATIC_SHARED_BYTES:
            attributes = self._driver.CUfunction_attribute
            largest = attributes.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
            self.call("cuFuncSetAttribute", handle, largest, kernel.shared_bytes)
        return _Function(handle, module)

    def _attribute(self, name: str) -> int:
        attribute = getattr(self._driver.CUdevice_attribute, f"CU_DEVICE_ATTRIBUTE_{name}")
        return int(self.call("cuDeviceGetAttribute", attribute, self._device))
