"""A whole TVMScript function around a body."""

from collections.abc import Mapping
from dataclasses import dataclass

from convopt.backends.tvm.program import Extent3
from convopt.backends.tvm.script import Script

THREAD = "tx"
BLOCKS = ("bx", "by", "bz")
"""Block indices along x, y and z."""
SHARED = "shared"


@dataclass(frozen=True)
class DeviceFunction:
    """What a kernel's text needs beside its body.

    `elements`: of every parameter, how many; `registers`: of every array that a thread owns.
    """

    body: str
    elements: Mapping[str, int]
    registers: Mapping[str, int]
    grid: Extent3
    threads: int
    shared_words: int

    def text(self, name: str) -> str:
        """The function, called `name`."""
        buffers = ", ".join(
            f'{each}: T.Buffer(({count},), "float32")' for each, count in self.elements.items()
        )
        top = Script()
        top.line("@T.prim_func(s_tir=True)")
        with top.block(f"def {name}({buffers}):"):
            top.line(f'T.func_attr({{"global_symbol": "{name}", "tirx.noalias": True}})')
            for variable, count, axis in zip(BLOCKS, self.grid, "xyz", strict=True):
                top.line(f'{variable} = T.launch_thread("blockIdx.{axis}", {count})')
            top.line(f'{THREAD} = T.launch_thread("threadIdx.x", {self.threads})')
            if self.shared_words:
                top.line(_allocation(SHARED, self.shared_words, "shared.dyn"))
            for each, count in self.registers.items():
                top.line(_allocation(each, count, "local"))
            for line in self.body.splitlines():
                top.line(line)
        return str(top)


def _allocation(name: str, elements: int, scope: str) -> str:
    return f'{name} = T.alloc_buffer(({elements},), "float32", scope="{scope}")'
