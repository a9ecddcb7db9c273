"""Gradients of convolutions drawn at random, and the modules that compute them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp

from convopt.convdialect.constants import constant
from convopt.convdialect.layouts import float_tensor
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.convdialect.shapes import Window

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class GradientCase:
    """A convolution of `groups` times so many input and output channels; `size` is of the input."""

    batch: int
    groups: int
    group_inputs: int
    group_outputs: int
    size: tuple[int, int]
    window: Window

    @property
    def input(self) -> Array:
        return self._random(0, (self.batch, self.groups * self.group_inputs, *self.size))

    @property
    def filter(self) -> Array:
        outputs = self.groups * self.group_outputs
        return self._random(1, (outputs, self.group_inputs, *self.window.kernel))

    @property
    def grad(self) -> Array:
        outputs = self.groups * self.group_outputs
        return self._random(2, (self.batch, outputs, *self.window.output_size(*self.size)))

    def _random(self, seed: int, shape: tuple[int, ...]) -> Array:
        return np.random.default_rng(seed).standard_normal(shape, np.float32)

    def backward_data(self) -> ModuleOp:
        """`main` takes the gradient of the result; the filter is a constant."""
        main = FuncOp("main", ([float_tensor(self.grad.shape)], []))
        with ImplicitBuilder(main.body) as (grad,):
            filters = constant(self.filter)
            ReturnOp(
                BackwardDataOp(
                    grad,
                    filters,
                    self.size,
                    stride=self.window.stride,
                    padding=self.window.padding,
                    dilation=self.window.dilation,
                    groups=self.groups,
                )
            )
        return _module(main)

    def weight_gradient(self) -> ModuleOp:
        """`main` takes the input and the gradient of the result."""
        types = [float_tensor(self.input.shape), float_tensor(self.grad.shape)]
        main = FuncOp("main", (types, []))
        with ImplicitBuilder(main.body) as (x, grad):
            ReturnOp(
                WeightGradientOp(
                    x,
                    grad,
                    self.window.kernel,
                    stride=self.window.stride,
                    padding=self.window.padding,
                    dilation=self.window.dilation,
                    groups=self.groups,
                )
            )
        return _module(main)


def _module(main: FuncOp) -> ModuleOp:
    main.update_function_type()  # type: ignore[no-untyped-call]
    module = ModuleOp([main])
    module.verify()
    return module


@st.composite
def windows(draw: st.DrawFn, most_kernel: int = 7, most_stride: int = 3) -> Window:
    """Of any kernel, stride, padding and dilation, different in both directions."""
    kernels, strides = st.integers(1, most_kernel), st.integers(1, most_stride)
    pads, dilations = st.integers(0, 4), st.integers(1, 2)
    return Window(
        draw(st.tuples(kernels, kernels)),
        draw(st.tuples(strides, strides)),
        draw(st.tuples(pads, pads, pads, pads)),
        draw(st.tuples(dilations, dilations)),
    )


@st.composite
def depthwise_cases(draw: st.DrawFn, most_pixels: int = 20) -> GradientCase:
    """Of two channels or more; images that the kernel fits into."""
    window = draw(windows())
    more = st.integers(0, most_pixels)
    padded = [
        max(1, extent - before - after)
        for extent, before, after in zip(
            window.extent, window.padding[:2], window.padding[2:], strict=True
        )
    ]
    size = (padded[0] + draw(more), padded[1] + draw(more))
    return GradientCase(draw(st.integers(1, 2)), draw(st.integers(2, 40)), 1, 1, size, window)
