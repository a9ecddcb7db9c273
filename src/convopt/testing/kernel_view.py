"""What the kernel of a convolution at level 4 does, read off its operations."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from xdsl.dialects import arith, func, memref, scf, vector
from xdsl.dialects.builtin import IntegerAttr, MemRefType, ModuleOp
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.ops.prefetch import PrefetchOp
from convopt.passes.lower.kernel_names import parse_kernel_name
from convopt.passes.lower.plan_convolution import KIND_NAMES

INPUT, WEIGHTS = 0, 1

Op = TypeVar("Op", bound=Operation)


@dataclass(frozen=True)
class KernelView:
    """The function of one kernel: arguments are input, weights, …, output, begin, end."""

    function: func.FuncOp

    @staticmethod
    def of(module: ModuleOp) -> "KernelView":
        """Of the only convolution kernel of a module."""
        (function,) = filter(_is_convolution, module.ops)
        assert isinstance(function, func.FuncOp)
        return KernelView(function)

    def all(self, kind: type[Op]) -> list[Op]:
        """The operations of a kind, in order."""
        return [op for op in self.function.walk() if isinstance(op, kind)]

    @cached_property
    def fmas(self) -> list[vector.FMAOp]:
        return self.all(vector.FMAOp)

    @cached_property
    def carrying(self) -> list[scf.ForOp]:
        """The loops that carry accumulators."""
        return [loop for loop in self.all(scf.ForOp) if loop.iter_args]

    def shape(self, argument: int) -> tuple[int, ...]:
        """The shape of the buffer that is an argument."""
        buffer = self.function.args[argument].type
        assert isinstance(buffer, MemRefType)
        return tuple(buffer.get_shape())

    @property
    def lanes(self) -> int:
        """Floats of a vector: outputs lie in blocks of as many channels."""
        return self.shape(len(self.function.args) - 3)[-1]

    def loads(self, argument: int) -> list[vector.LoadOp]:
        """Vectors read from an argument."""
        buffer = self.function.args[argument]
        return [load for load in self.all(vector.LoadOp) if load.base is buffer]

    def scalars(self, argument: int) -> list[memref.LoadOp]:
        """Single floats read from an argument."""
        buffer = self.function.args[argument]
        return [load for load in self.all(memref.LoadOp) if load.memref is buffer]

    @property
    def prefetches(self) -> set[tuple[int, bool]]:
        """Which arguments, counted from the first, are asked for, and whether to be written."""
        arguments: list[SSAValue] = list(self.function.args)
        return {(arguments.index(op.memref), op.write) for op in self.all(PrefetchOp)}

    @property
    def shares_outermost_loop(self) -> bool:
        """Whether begin and end bound the outermost loop, over images and blocks."""
        first = next(op for op in self.function.body.block.ops if isinstance(op, scf.ForOp))
        return first.lb is self.function.args[-2]


def trips(loop: scf.ForOp) -> int | None:
    """How often a loop runs, None if that depends on an index."""
    bounds = [constant_of(value) for value in (loop.lb, loop.ub, loop.step)]
    if None in bounds:
        return None
    first, stop, step = (bound for bound in bounds if bound is not None)
    return -(-(stop - first) // step)


def constant_of(value: SSAValue) -> int | None:
    """The integer that a value is, None if it is computed."""
    owner = value.owner
    if isinstance(owner, arith.ConstantOp) and isinstance(owner.value, IntegerAttr):
        return owner.value.value.data
    return None


def _is_convolution(op: Operation) -> bool:
    name = parse_kernel_name(op.sym_name.data) if isinstance(op, func.FuncOp) else None
    return name is not None and name.kind in KIND_NAMES.values()
