"""Layers that each read what the one before makes, and the data they are measured with."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.layer import Array, Layer, LayerData, convolved
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.errors import ConvoptError

RELU6_BOUND = 6.0


@dataclass(frozen=True)
class Stage:
    """A convolution with bias, and whether ReLU6 follows."""

    layer: Layer
    has_relu6: bool


@dataclass(frozen=True)
class Module:
    """Convolutions in a chain; with `adds_input`, the module's input is added to the last one's
    result.

    `group`: what geometric means are taken over. Making one raises ConvoptError for stages that do
    not fit together.
    """

    name: str
    group: str
    stages: tuple[Stage, ...]
    adds_input: bool = False

    def __post_init__(self) -> None:
        if not self.stages:
            raise ConvoptError("expected at least one convolution, found none")
        for before, after in pairwise(self.layers):
            if before.output_shape != after.input_shape:
                raise ConvoptError(
                    f"{after.name}: expected to read {before.output_shape}, found "
                    f"{after.input_shape}"
                )
        if self.adds_input and self.output_shape != self.input_shape:
            raise ConvoptError(
                f"add: expected a result of the input's shape {self.input_shape}, found "
                f"{self.output_shape}"
            )

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(stage.layer for stage in self.stages)

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """N, C, H, W."""
        return self.layers[0].input_shape

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """N, C, H, W."""
        return self.layers[-1].output_shape

    @property
    def macs(self) -> int:
        """Multiply-adds of all convolutions, those with padding included."""
        return sum(layer.macs for layer in self.layers)

    @property
    def bytes(self) -> int:
        """Input, all weights and biases, and output once; what lies between layers not at all."""
        return self.bytes_read + self.bytes_written

    @property
    def bytes_read(self) -> int:
        """Input, weights and biases once."""
        constants = sum(np.prod(layer.filter_shape) + layer.cout for layer in self.layers)
        return FLOAT_BYTES * int(np.prod(self.input_shape) + constants)

    @property
    def bytes_written(self) -> int:
        """The output."""
        return FLOAT_BYTES * int(np.prod(self.output_shape))


@dataclass(frozen=True)
class ModuleData:
    """A module with random numbers; `layers` hold the weights of its convolutions.

    What `layers` say of inputs counts for the first one only.
    """

    module: Module
    layers: tuple[LayerData, ...]

    @staticmethod
    def random(module: Module) -> "ModuleData":
        """Numbers as in `LayerData.random`, others for every convolution."""
        layers = enumerate(module.layers)
        return ModuleData(module, tuple(LayerData.random(layer, seed) for seed, layer in layers))

    @property
    def x(self) -> Array:
        """The input, NCHW."""
        return self.layers[0].x

    @cached_property
    def reference(self) -> npt.NDArray[np.float64]:
        """The result in float64, NCHW."""
        first = value = self.x.astype(np.float64)
        for stage, data in zip(self.module.stages, self.layers, strict=True):
            value = convolved(data, value)
            if stage.has_relu6:
                value = np.clip(value, 0.0, RELU6_BOUND)
        return value + first if self.module.adds_input else value
