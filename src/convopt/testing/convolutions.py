"""Convolutions drawn at random: shapes of every kind, and the module that computes one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, TensorType, f32, i8
from xdsl.ir import Block, Region, SSAValue

from convopt.convdialect import activations
from convopt.convdialect.constants import constant
from convopt.convdialect.element_types import (
    ConvTensor,
    ElementType,
    element_of,
    numpy_dtype,
    widened,
)
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.quantization import dequantize, quantize
from convopt.convdialect.regions import ScalarBuilder, build_region, build_typed_region
from convopt.convdialect.shapes import Window

Array = npt.NDArray[Any]
Scalar = Callable[[ScalarBuilder, SSAValue], SSAValue]

ACTIVATIONS: Mapping[str, Scalar] = {
    "none": lambda builder, value: value,
    "relu": activations.relu,
    "relu6": lambda builder, value: activations.clip(builder, value, 0.0, 6.0),
    "hard_swish": activations.hard_swish,
    "silu": activations.silu,
    "tanh": activations.tanh,
}
EXACT_ACTIVATIONS = ("none", "relu", "relu6")
"""Those that make the same f32 of an f32 everywhere."""
I8_STEP = 2.0**-5
"""The scale of i8 activations: powers of two leave no rounding to whoever multiplies by them."""


@dataclass(frozen=True)
class ConvolutionCase:
    """One convolution with its epilogue: bias, then activation, then a residual operand.

    `scaled`: its input is multiplied by a factor a channel, as in squeeze-and-excite blocks.
    `element`: of activations and filters. Results of i8 are dequantised, go through the epilogue
    and are quantised again.
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
    element: ElementType = f32

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

    @property
    def input_types(self) -> list[ConvTensor]:
        return [TensorType(self.element, shape) for shape in self.input_shapes]

    def inputs(self, seed: int = 0) -> list[Array]:
        """Standard normal values, or any of i8."""
        rng = np.random.default_rng(seed)
        return [random_values(rng, shape, self.element) for shape in self.input_shapes]

    def module(self, seed: int = 0) -> ModuleOp:
        """`@main` at level 1, with random constant weights."""
        block = Block(arg_types=self.input_types)
        result = self.append_to(block, list(block.args), np.random.default_rng(seed))
        return main_of(block, result)

    def append_to(
        self, block: Block, inputs: Sequence[SSAValue], rng: np.random.Generator
    ) -> SSAValue:
        """The convolution of `inputs`, which are as `input_types`, with random weights."""
        outputs = self.groups * self.group_outputs
        filter_shape = (outputs, self.group_inputs, *self.window.kernel)
        weights = random_values(rng, filter_shape, self.element)
        if self.element != i8:
            weights = weights / np.sqrt(self._terms)
        filters = constant(weights, element=self.element)
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
            epilogue=build_typed_region(
                [widened(self.element), *(widened(element_of(tensor_of(e))) for e in extras)],
                self._epilogue,
            ),
        )
        block.add_ops([filters, bias, *scaling, convolution])
        return convolution.result

    @property
    def _terms(self) -> int:
        """Products of a sum."""
        return self.group_inputs * self.window.kernel[0] * self.window.kernel[1]

    def _epilogue(self, arguments: Sequence[SSAValue], builder: ScalarBuilder) -> SSAValue:
        value, *extras = arguments
        if self.element == i8:
            value = dequantize(builder, value, builder.constant(self._sum_step))
        if self.bias:
            value = builder.add(value, extras.pop(0))
        value = ACTIVATIONS[self.activation](builder, value)
        if extras:
            value = builder.add(value, self._residual(extras[0], builder))
        if self.element == i8:
            value = quantize(builder, value, builder.constant(1 / I8_STEP))
        return value

    def _residual(self, value: SSAValue, builder: ScalarBuilder) -> SSAValue:
        if self.element != i8:
            return value
        return dequantize(builder, value, builder.constant(I8_STEP))

    @property
    def _sum_step(self) -> float:
        """The power of two that makes sums of i8 products about as large as normal values."""
        typical = np.sqrt(self._terms) * np.square(np.arange(-128, 128)).mean()
        return float(2.0 ** -np.round(np.log2(typical)))


def random_values(rng: np.random.Generator, shape: Sequence[int], element: ElementType) -> Array:
    """Standard normal floats, or all integers of i8."""
    if element == i8:
        return rng.integers(-128, 128, shape, np.int8)
    return rng.standard_normal(shape).astype(numpy_dtype(element))


def main_of(block: Block, result: SSAValue) -> ModuleOp:
    """A module whose function `main` is the block, and returns a value of it."""
    block.add_op(func.ReturnOp(result))
    types = FunctionType.from_lists([argument.type for argument in block.args], [result.type])
    return ModuleOp([func.FuncOp("main", types, Region(block))])
