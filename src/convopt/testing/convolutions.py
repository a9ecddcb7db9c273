"""Convolutions drawn at random: shapes of every kind, and the module that computes one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp
from xdsl.ir import Block, Region, SSAValue

from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.regions import ScalarBuilder, build_region
from convopt.convdialect.shapes import Window

Scalar = Callable[[ScalarBuilder, SSAValue], SSAValue]

ACTIVATIONS: Mapping[str, Scalar] = {
    "none": lambda builder, value: value,
    "relu": activations.relu,
    "relu6": lambda builder, value: activations.clip(builder, value, 0.0, 6.0),
    "hard_swish": activations.hard_swish,
    "silu": activations.silu,
    "tanh": activations.tanh,
}


@dataclass(frozen=True)
class ConvolutionCase:
    """One convolution with its epilogue: bias, then activation, then a residual operand.

    `scaled`: its input is multiplied by a factor a channel, as in squeeze-and-excite blocks.
    """

    batch: int
    groups: int
    group_inputs: int
    group_outputs: int
    size: tuple[int, int]
    window: Window
    bias: bool = True
    activation: str = "none"
    residual: bool = False
    scaled: bool = False

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        return (self.batch, self.groups * self.group_inputs, *self.size)

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        outputs = self.groups * self.group_outputs
        return (self.batch, outputs, *self.window.output_size(*self.size))

    @property
    def input_shapes(self) -> list[tuple[int, int, int, int]]:
        scale = (*self.input_shape[:2], 1, 1)
        return [
            self.input_shape,
            *([scale] if self.scaled else []),
            *([self.output_shape] if self.residual else []),
        ]

    def inputs(self, seed: int = 0) -> list[npt.NDArray[np.float32]]:
        """Standard normal values."""
        rng = np.random.default_rng(seed)
        return [rng.standard_normal(shape).astype(np.float32) for shape in self.input_shapes]

    def module(self, seed: int = 0) -> ModuleOp:
        """`@main` at level 1, with random constant weights."""
        block = Block(arg_types=[float_tensor(shape) for shape in self.input_shapes])
        result = self.append_to(block, list(block.args), np.random.default_rng(seed))
        return main_of(block, result)

    def append_to(
        self, block: Block, inputs: Sequence[SSAValue], rng: np.random.Generator
    ) -> SSAValue:
        """The convolution of `inputs`, which are as `input_shapes`, with random weights."""
        outputs = self.groups * self.group_outputs
        filter_shape = (outputs, self.group_inputs, *self.window.kernel)
        scale = np.sqrt(self.group_inputs * np.prod(self.window.kernel))
        filters = constant(rng.standard_normal(filter_shape) / scale)
        bias = constant(rng.standard_normal(outputs))
        extras: list[SSAValue] = [bias.result] if self.bias else []
        extras += inputs[1 + self.scaled :]
        factors = build_region(2, lambda values, builder: builder.mul(*values))
        scaling = [ElementwiseOp(inputs[:2], factors)] if self.scaled else []
        convolution = Conv2DOp(
            scaling[0].result if scaling else inputs[0],
            filters.result,
            stride=self.window.stride,
            padding=self.window.padding,
            dilation=self.window.dilation,
            groups=self.groups,
            extras=extras,
            epilogue=build_region(1 + len(extras), self._epilogue),
        )
        block.add_ops([filters, bias, *scaling, convolution])
        return convolution.result

    def _epilogue(self, arguments: Sequence[SSAValue], builder: ScalarBuilder) -> SSAValue:
        value, *extras = arguments
        if self.bias:
            value = builder.add(value, extras.pop(0))
        value = ACTIVATIONS[self.activation](builder, value)
        return builder.add(value, extras[0]) if extras else value


def main_of(block: Block, result: SSAValue) -> ModuleOp:
    """A module whose function `main` is the block, and returns a value of it."""
    block.add_op(func.ReturnOp(result))
    types = FunctionType.from_lists([argument.type for argument in block.args], [result.type])
    return ModuleOp([func.FuncOp("main", types, Region(block))])
