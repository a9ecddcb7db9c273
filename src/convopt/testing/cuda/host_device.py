"""A network's CUDA text on the CPU, behind the interface of a GPU."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.backends.tvm.program import Kernel
from convopt.errors import ConvoptError
from convopt.gpu.device import Graph, Image, Memory
from convopt.runtime.arguments import Array
from convopt.testing.cuda.harness import HostKernels, compile_for_cpu

_ALIGNMENT = 256
_POISON = 0xFF


@dataclass(frozen=True)
class _HostMemory:
    """Bytes that are NaN as floats, until something is written."""

    array: npt.NDArray[np.uint8]

    @staticmethod
    def of(size: int) -> "_HostMemory":
        memory = np.full(size + _ALIGNMENT, _POISON, np.uint8)
        begin = -memory.ctypes.data % _ALIGNMENT
        return _HostMemory(memory[begin : begin + size])

    @property
    def address(self) -> int:
        return self.array.ctypes.data


@dataclass
class _Recording:
    """Launches in place of a CUDA graph."""

    launches: list[Callable[[], None]] = field(default_factory=list)

    def replay(self) -> None:
        for launch in self.launches:
            launch()


@dataclass
class HostDevice:
    """Runs kernels when they are launched. With `reverse`, their threads and blocks run in
    descending order; with `checked`, every memory access is looked at.
    """

    compute_capability: str = "9.0"
    reverse: bool = False
    checked: bool = False
    name: str = "the CPU"
    ordinal: int = 0
    _memories: list[_HostMemory] = field(default_factory=list)
    _recording: _Recording | None = None

    @contextmanager
    def current(self) -> Iterator[None]:
        yield

    def allocate(self, size: int) -> Memory:
        memory = _HostMemory.of(max(size, 1))
        self._memories.append(memory)
        return memory

    def load(self, image: Image, kernels: Sequence[Kernel]) -> Mapping[str, HostKernels]:
        if image.kind != "cuda":
            raise ConvoptError("expected CUDA text to run on the CPU")
        compiled = compile_for_cpu(image.data.decode(), checked=self.checked)
        return {kernel.name: compiled for kernel in kernels}

    def launch(self, function: Any, kernel: Kernel, addresses: Sequence[int]) -> None:
        buffers = self._buffers(addresses)

        def run() -> None:
            function.launch(kernel, buffers, reverse=self.reverse)

        if self._recording is None:
            run()
        else:
            self._recording.launches.append(run)

    def upload(self, address: int, array: Array) -> None:
        self._at(address)[: array.nbytes] = array.reshape(-1).view(np.uint8)

    def download(self, array: Array, address: int) -> None:
        array.reshape(-1).view(np.uint8)[...] = self._at(address)[: array.nbytes]

    def copy(self, target: int, source: int, size: int) -> None:
        self._at(target)[:size] = self._at(source)[:size]

    def capture(self, work: Callable[[], None]) -> Graph:
        self._recording = recording = _Recording()
        try:
            work()
        finally:
            self._recording = None
        return recording

    def wait_for(self, stream: int) -> None:
        """Everything is done when it is launched."""

    def hold(self, stream: int) -> None:
        """Everything is done when it is launched."""

    def synchronize(self) -> None:
        """Everything is done when it is launched."""

    def milliseconds(self, work: Callable[[], None]) -> float:
        began = time.perf_counter()
        work()
        return 1e3 * (time.perf_counter() - began)

    def _buffers(self, addresses: Sequence[int]) -> list[npt.NDArray[np.uint8]]:
        """What a kernel may touch from each address on: to the next one that it gets, at most to
        the end of the memory."""
        following = dict(pairwise(sorted(set(addresses))))
        buffers = []
        for address in addresses:
            memory = self._at(address)
            after = following.get(address, address + len(memory))
            buffers.append(memory[: after - address])
        return buffers

    def _at(self, address: int) -> npt.NDArray[np.uint8]:
        """The memory from an address on."""
        for memory in self._memories:
            offset = address - memory.address
            if 0 <= offset < len(memory.array):
                return memory.array[offset:]
        raise ValueError(f"no memory at {address:#x}")
