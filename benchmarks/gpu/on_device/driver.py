"""NVIDIA's driver through ctypes: machine code loaded and launched on torch's stream.

torch has made its context current before anything here is called. Names and numbers are those of
cuda.h.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convopt.benchmarks.gpu.on_device.bundle import Kernel

_MAX_DYNAMIC_SHARED = 8  # CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
_UNASKED_SHARED_BYTES = 48 * 1024


class DriverError(Exception):
    """A call that failed, in the driver's words."""


@dataclass(frozen=True)
class Function:
    """A kernel that can be launched."""

    kernel: Kernel
    handle: ctypes.c_void_p


class Driver:
    """`library`: libcuda, or what stands for it in tests."""

    def __init__(self, library: Any = None):
        self._library = library if library is not None else _libcuda()
        self._modules: dict[str, ctypes.c_void_p] = {}

    def load(self, kernel: Kernel, code: bytes) -> Function:
        """`code`: the machine code of the kernel's file, loaded once."""
        if kernel.file not in self._modules:
            module = ctypes.c_void_p()
            self._call("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(code))
            self._modules[kernel.file] = module
        handle = ctypes.c_void_p()
        name = ctypes.c_char_p(kernel.name.encode())
        self._call("cuModuleGetFunction", ctypes.byref(handle), self._modules[kernel.file], name)
        if kernel.shared_bytes > _UNASKED_SHARED_BYTES:
            self._call("cuFuncSetAttribute", handle, _MAX_DYNAMIC_SHARED, kernel.shared_bytes)
        return Function(kernel, handle)

    def launch(self, function: Function, addresses: Sequence[int], stream: int) -> None:
        kernel = function.kernel
        values = [ctypes.c_void_p(address) for address in addresses]
        places = (ctypes.c_void_p * len(values))(
            *(ctypes.cast(ctypes.byref(value), ctypes.c_void_p) for value in values)
        )
        self._call(
            "cuLaunchKernel",
            function.handle,
            *map(ctypes.c_uint, (*kernel.grid, *kernel.block, kernel.shared_bytes)),
            ctypes.c_void_p(stream),
            places,
            None,
        )

    def version(self) -> str:
        """Of CUDA, that the driver knows: "12.8"."""
        number = ctypes.c_int()
        self._call("cuDriverGetVersion", ctypes.byref(number))
        return f"{number.value // 1000}.{number.value % 1000 // 10}"

    def _call(self, name: str, *arguments: Any) -> None:
        status = getattr(self._library, name)(*arguments)
        if status == 0:
            return
        text = ctypes.c_char_p()
        self._library.cuGetErrorString(status, ctypes.byref(text))
        words = text.value.decode() if text.value else "unknown error"
        raise DriverError(f"{name}: {words} ({status})")


def _libcuda() -> Any:
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        raise DriverError(f"expected NVIDIA's driver, libcuda.so.1: {error}") from error
