"""A whole TVMScript function around a body."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from convopt.backends.tvm.program import Extent3
from convopt.backends.tvm.script import Script

THREAD = "tx"
BLOCKS = ("bx", "by", "bz")
"""Block indices along x, y and z."""
SHARED = "shared"
"""What bodies call shared memory."""
_SHARED_NAMES = {"float32": SHARED, "int32": "words"}
"""Kernels of one text may not have dynamic shared arrays of one name and several types."""


@dataclass(frozen=True)
class Buffer:
    """`count` elements of a type as TVM calls it: float32, int32, float16, int8."""

    count: int
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """In bytes."""
        return self.count * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class DeviceFunction:
    """What a kernel's text needs beside its body: parameters, arrays in a thread's registers, the
    grid, and `shared`, all shared memory in one (None: none)."""

    body: str
    parameters: Mapping[str, Buffer]
    registers: Mapping[str, Buffer]
    grid: Extent3
    threads: int
    shared: Buffer | None = None

    def text(self, name: str) -> str:
        """The function, called `name`."""
        parameters = ", ".join(
            f'{name}: T.Buffer(({each.count},), "{each.dtype}")'
            for name, each in self.parameters.items()
        )
        top = Script()
        top.line("@T.prim_func(s_tir=True)")
        with top.block(f"def {name}({parameters}):"):
            top.line(f'T.func_attr({{"global_symbol": "{name}", "tirx.noalias": True}})')
            for variable, count, axis in zip(BLOCKS, self.grid, "xyz", strict=True):
                top.line(f'{variable} = T.launch_thread("blockIdx.{axis}", {count})')
            top.line(f'{THREAD} = T.launch_thread("threadIdx.x", {self.threads})')
            body = self.body
            if self.shared is not None:
                name = _SHARED_NAMES[self.shared.dtype]
                top.line(_allocation(name, self.shared, "shared.dyn"))
                body = body.replace(f"{SHARED}[", f"{name}[")
            for array, buffer in self.registers.items():
                top.line(_allocation(array, buffer, "local"))
            for line in body.splitlines():
                top.line(line)
        return str(top)


def _allocation(name: str, buffer: Buffer, scope: str) -> str:
    return f'{name} = T.alloc_buffer(({buffer.count},), "{buffer.dtype}", scope="{scope}")'
