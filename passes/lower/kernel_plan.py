"""What is decided about a kernel before its loops are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Attribute, SSAValue

from convopt.passes.lower.builder import INDEX, KernelBuilder
from convopt.passes.lower.kernel_names import KernelName

Pack = Callable[[npt.NDArray[Any]], npt.NDArray[Any]]


@dataclass(frozen=True)
class Operand:
    """A tensor operand; `pack` gives a constant the physical form that the kernel reads.

    `constant` operands (filters) have to be known when compiling.
    """

    value: SSAValue
    pack: Pack
    constant: bool = False


@dataclass(frozen=True)
class KernelPlan:
    """One kernel: its name, operands, buffer types (operands, then the output) and loops.

    The parallel index runs from 0 to `extent`; `write` is given a builder whose arguments are the
    buffers, then those that each thread has of its own (`scratch_types`), then the begin and the
    end of the parallel indices to compute. Kernels of equal name and `detail` are the same.
    """

    name: KernelName
    operands: tuple[Operand, ...]
    buffer_types: tuple[Attribute, ...]
    extent: int
    write: Callable[[KernelBuilder], None]
    detail: str
    macs: int = 0
    scratch_types: tuple[MemRefType[Attribute], ...] = ()

    @property
    def argument_types(self) -> tuple[Attribute, ...]:
        return (*self.buffer_types, *self.scratch_types, INDEX, INDEX)
