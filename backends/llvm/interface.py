"""What a caller has to know of a compiled network: symbols, tensors, sizes."""

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from convopt.convdialect.shapes import FLOAT_BYTES

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

ENTRY = "main"
"""The entry function's name in the IR; its symbol is made from the model's name."""

BUFFER_ALIGNMENT = 64
"""Bytes to which weights and workspace are aligned, so that vectors lie in one cache line."""


@dataclass(frozen=True)
class TensorSpec:
    """One input or output: its name in the model, its shape; fp32, row-major."""

    name: str
    shape: tuple[int, ...]

    @property
    def floats(self) -> int:
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        return FLOAT_BYTES * self.floats


@dataclass(frozen=True)
class Interface:
    """`void <symbol>_run(inputs..., outputs..., weights, workspace, thread, threads)`.

    `workspace_bytes` are for one thread; every further one needs `thread_bytes` more.
    """

    symbol: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    weights_bytes: int
    workspace_bytes: int
    thread_bytes: int = 0

    def workspace_bytes_for(self, threads: int) -> int:
        return self.workspace_bytes + (threads - 1) * self.thread_bytes

    @property
    def run_symbol(self) -> str:
        return f"{self.symbol}_run"

    @property
    def pointers(self) -> int:
        """How many arguments are addresses; two sizes follow."""
        return len(self.inputs) + len(self.outputs) + 2


def interface_of(module: "ModuleOp", symbol: str) -> Interface:
    """The interface of a module with an entry, at kernel level or in the llvm dialect.

    Raises ConvoptError without an entry, or if its arguments do not say their roles.
    """
    # Running a compiled model from the cache uses this file, but needs no xDSL.
    from convopt.backends.llvm.entry_arguments import read_interface

    return read_interface(module, symbol)
