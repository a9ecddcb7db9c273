"""The exact CUDA text of kernels, run on the CPU: a fiber a thread, blocks one after another."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.backends.tvm.program import Kernel
from convopt.testing.cuda.build import build_library
from convopt.testing.cuda.failures import FailureRecord, KernelError, Region, describe
from convopt.testing.guarded import guarded_array

Array = npt.NDArray[Any]
_MOST_SHARED_BYTES = 227 * 1024
_MOST_THREADS = 1024
_MOST_PARAMETERS = 32
_ALIGNMENT = 16
_POISON = 0xFF


@dataclass(frozen=True)
class Traffic:
    """Bytes that a launch loaded from and stored to each parameter, and to shared memory.

    Asynchronous copies count as loads of the parameter and stores to shared memory.
    """

    loaded: dict[str, int]
    stored: dict[str, int]
    shared_loaded: int
    shared_stored: int


class _BufferRecord(ctypes.Structure):
    """`Buffer` of runtime.h."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("bytes", ctypes.c_uint64),
        ("loaded", ctypes.c_uint64),
        ("stored", ctypes.c_uint64),
    ]


@dataclass(frozen=True)
class _Guarded:
    """A copy of an array whose memory ends (or begins) at an unreadable page."""

    original: Array
    memory: npt.NDArray[np.uint8]
    size: int

    @staticmethod
    def of(array: Array, reverse: bool) -> "_Guarded":
        if not array.flags.c_contiguous:
            raise ValueError("buffers of kernels have to be contiguous")
        size = array.nbytes
        rounded = -(-size // _ALIGNMENT) * _ALIGNMENT
        memory = guarded_array((rounded,), np.uint8, "start" if reverse else "end")
        memory[:size] = array.reshape(-1).view(np.uint8)
        memory[size:] = _POISON
        return _Guarded(array, memory, size)

    def give_back(self, name: str) -> None:
        if (self.memory[self.size :] != _POISON).any():
            raise KernelError(f"a write behind the end of {name}")
        content = self.memory[: self.size]
        if self.original.flags.writeable:
            self.original.reshape(-1).view(np.uint8)[...] = content
        elif not np.array_equal(content, self.original.reshape(-1).view(np.uint8)):
            raise KernelError(f"a write to {name}, which is read-only")


class HostKernels:
    """The kernels of a CUDA text, ready to be launched on the CPU."""

    def __init__(self, library: Path, checked: bool) -> None:
        self._path = library
        self._checked = checked
        # PyDLL keeps the interpreter's lock: there is one scheduler, and one handler of faults.
        self._library = ctypes.PyDLL(str(library))
        self._library.convopt_shared_start.restype = ctypes.c_void_p

    def launch(
        self, kernel: Kernel, buffers: Sequence[Array], *, reverse: bool = False
    ) -> Traffic | None:
        """Runs the kernel over its grid; `buffers` follow `kernel.parameters`, changed in place.

        Buffers that are not writeable must keep their content. Before each block, shared memory is
        NaN. `reverse` runs threads and blocks in descending order. An access outside the buffers is
        found by unreadable pages: behind their end (after up to 15 bytes of NaN), with `reverse`
        before their start. Traffic is counted where the text was compiled with checks.

        Raises KernelError, after which the buffers are as before.
        """
        _expect_sizes(kernel, buffers)
        function = ctypes.cast(getattr(self._library, kernel.name), ctypes.c_void_p)
        distinct: dict[tuple[int, int], _Guarded] = {}
        for buffer in buffers:
            if _key(buffer) not in distinct:
                distinct[_key(buffer)] = _Guarded.of(buffer, reverse)
        guarded = [distinct[_key(buffer)] for buffer in buffers]
        records = (_BufferRecord * (len(buffers) + 1))(
            *(_BufferRecord(each.memory.ctypes.data, each.size) for each in guarded)
        )
        failure = FailureRecord()
        status = self._library.convopt_launch(
            function,
            records,
            len(buffers),
            (ctypes.c_uint * 3)(*kernel.grid),
            (ctypes.c_uint * 3)(*kernel.block),
            ctypes.c_size_t(kernel.shared_bytes),
            int(reverse),
            ctypes.byref(failure),
        )
        if status < 0:
            raise MemoryError(f"{kernel.name}: no memory for the stacks of a block's threads")
        if status:
            message = describe(failure, self._regions(kernel, guarded), self._path)
            raise KernelError(f"{kernel.name}: {message}")
        for name, buffer in zip(kernel.parameters, buffers, strict=True):
            distinct[_key(buffer)].give_back(f"{name} of {kernel.name}")
        return _traffic(kernel, list(records)) if self._checked else None

    def _regions(self, kernel: Kernel, guarded: Sequence[_Guarded]) -> list[Region]:
        shared = Region("shared memory", self._library.convopt_shared_start(), kernel.shared_bytes)
        named = zip(kernel.parameters, guarded, strict=True)
        return [*(Region(name, g.memory.ctypes.data, g.size) for name, g in named), shared]


@cache
def compile_for_cpu(cuda_text: str, *, checked: bool = False) -> HostKernels:
    """The text as it stands, compiled by the host's C++ compiler.

    Found in any case: barriers that threads of a block miss, copies never waited for or misaligned,
    accesses far enough outside. `checked` looks at every access instead: exact bounds, races in
    shared and global memory, reads of what a copy is still writing; and it counts bytes. That is
    some ten times slower.

    Raises ConvoptError where there is no C++ compiler, or it refuses the text.
    """
    return HostKernels(build_library(cuda_text, checked), checked)


def _expect_sizes(kernel: Kernel, buffers: Sequence[Array]) -> None:
    expected = len(kernel.parameters)
    if len(buffers) != expected:
        raise ValueError(f"{kernel.name}: expected {expected} buffers, found {len(buffers)}")
    if expected > _MOST_PARAMETERS:
        raise ValueError(f"{kernel.name}: expected at most {_MOST_PARAMETERS} parameters")
    if kernel.shared_bytes > _MOST_SHARED_BYTES:
        raise ValueError(
            f"{kernel.name}: expected at most {_MOST_SHARED_BYTES} bytes of shared memory, "
            f"found {kernel.shared_bytes}"
        )
    threads = kernel.block[0] * kernel.block[1] * kernel.block[2]
    if not 0 < threads <= _MOST_THREADS:
        raise ValueError(f"{kernel.name}: expected up to {_MOST_THREADS} threads, found {threads}")


def _key(buffer: Array) -> tuple[int, int]:
    return buffer.ctypes.data, buffer.nbytes


def _traffic(kernel: Kernel, records: Sequence[_BufferRecord]) -> Traffic:
    *parameters, shared = records
    named = list(zip(kernel.parameters, parameters, strict=True))
    return Traffic(
        {name: record.loaded for name, record in named},
        {name: record.stored for name, record in named},
        shared.loaded,
        shared.stored,
    )
