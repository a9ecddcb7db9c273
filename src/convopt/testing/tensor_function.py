"""Writing a function of tensor operations in Python, for tests of passes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import FunctionType, ModuleOp, NameLoc, NoneAttr, StringAttr
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue

from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.normalization import BatchNormOp
from convopt.convdialect.regions import ScalarBuilder, build_region

ScalarFunction = Callable[..., SSAValue]
"""Called with a ScalarBuilder and one scalar for each tensor."""


class TensorFunction:
    """Appends operations to the body of `main`; the numbers of constants are random.

    Each operation's location is its number, counted from 0: "node 0", "node 1" and so on.
    """

    def __init__(self, *argument_shapes: Sequence[int], seed: int = 0) -> None:
        self.block = Block(arg_types=[float_tensor(shape) for shape in argument_shapes])
        self.random = np.random.default_rng(seed)
        self._count = 0

    @property
    def arguments(self) -> Sequence[SSAValue]:
        return self.block.args

    def add(self, op: Operation) -> SSAValue:
        """Appends any operation; returns its result."""
        op.location = NameLoc(StringAttr(f"node {self._count}"), NoneAttr())
        self._count += 1
        self.block.add_op(op)
        return op.results[0]

    def constant(self, value: npt.ArrayLike) -> SSAValue:
        """A constant with the given elements; it has no location and no number."""
        op = constant(np.asarray(value, np.float32))
        self.block.add_op(op)
        return op.result

    def random_constant(self, *shape: int) -> SSAValue:
        return self.constant(self.random.standard_normal(shape))

    def conv(
        self, x: SSAValue, channels: int, kernel: tuple[int, int] = (1, 1), **options: Any
    ) -> SSAValue:
        """A general convolution to `channels` channels with random constant weights."""
        inputs = float_shape(x)[1] // options.get("groups", 1)
        return self.add(Conv2DOp(x, self.random_constant(channels, inputs, *kernel), **options))

    def map(self, function: ScalarFunction, *inputs: SSAValue) -> SSAValue:
        """An elementwise operation that applies `function` to the elements of `inputs`."""

        def write(arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
            return function(b, *arguments)

        return self.add(ElementwiseOp(inputs, build_region(len(inputs), write)))

    def sum(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self.map(ScalarBuilder.add, left, right)

    def product(self, left: SSAValue, right: SSAValue) -> SSAValue:
        return self.map(ScalarBuilder.mul, left, right)

    def batch_norm(self, x: SSAValue, epsilon: float = 1e-3) -> SSAValue:
        """Batch norm with random parameters."""
        channels = float_shape(x)[1]
        scale, shift, mean = (self.random_constant(channels) for _ in range(3))
        variance = self.constant(self.random.uniform(0.5, 2.0, channels))
        return self.add(BatchNormOp(x, scale, shift, mean, variance, epsilon))

    def module(self, *results: SSAValue) -> ModuleOp:
        """The finished module, verified; `main` returns `results`."""
        self.block.add_op(ReturnOp(*results))
        types = FunctionType.from_lists(
            [argument.type for argument in self.block.args], [each.type for each in results]
        )
        module = ModuleOp([FuncOp("main", types, Region(self.block))])
        module.verify()
        return module


def float_shape(value: SSAValue) -> tuple[int, ...]:
    """The shape of a tensor value."""
    shape: tuple[int, ...] = value.type.get_shape()  # type: ignore[attr-defined]
    return shape
