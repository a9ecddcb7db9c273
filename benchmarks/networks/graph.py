"""Writes networks down: convolutions with folded batch norm, activations, additions, pools."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 17
IR_VERSION = 8
"""What onnxruntime of any version that convopt works with can read."""

BIAS_DEVIATION = 0.1

Pads = tuple[int, int, int, int]
"""Top, left, bottom, right."""


class Activation(Enum):
    """What follows a convolution."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"
    SILU = "silu"

    @property
    def input_variance(self) -> float:
        """Of a normal input whose output has a second moment of one; the bound of ReLU6 is far."""
        return _INPUT_VARIANCES[self]


_INPUT_VARIANCES = {
    Activation.NONE: 1.0,
    Activation.RELU: 2.0,
    Activation.RELU6: 2.0,
    Activation.SILU: 2.43,
}


@dataclass(frozen=True)
class Tensor:
    """A value in the graph: NCHW, or N and channels after `classify`."""

    name: str
    channels: int


@dataclass(frozen=True)
class Node:
    """An ONNX node."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]


@dataclass
class GraphBuilder:
    """A network from its input on.

    Weights are normal with the variance that keeps activations near one (He et al., ICCV 2015), so
    that comparing float32 results means something; equal `seed`s give equal weights.
    """

    name: str
    size: int
    """Height and width of the input; its batch is 1, it has 3 channels."""
    seed: int = 0
    _nodes: list[Node] = field(default_factory=list, init=False)
    _constants: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)

    @property
    def input(self) -> Tensor:
        return Tensor("image", 3)

    def conv(
        self,
        x: Tensor,
        channels: int,
        kernel: int = 1,
        stride: int = 1,
        *,
        groups: int = 1,
        pads: Pads | None = None,
        activation: Activation = Activation.NONE,
        gain: float = 1.0,
    ) -> Tensor:
        """A convolution with bias; `pads` keep the size (half the kernel) unless given.

        `gain` multiplies the second moment of the result.
        """
        fan_in = x.channels // groups * kernel * kernel
        variance = gain * activation.input_variance / fan_in
        number = len(self._nodes)
        weights = self._normal((channels, x.channels // groups, kernel, kernel), variance)
        inputs = (
            x.name,
            self._constant(f"weights_{number}", weights),
            self._constant(f"bias_{number}", self._bias(channels)),
        )
        attributes = {
            "kernel_shape": [kernel, kernel],
            "strides": [stride, stride],
            "pads": list(pads or (kernel // 2,) * 4),
            "group": groups,
        }
        return self.activate(self._add("Conv", inputs, channels, **attributes), activation)

    def depthwise(
        self,
        x: Tensor,
        kernel: int = 3,
        stride: int = 1,
        *,
        pads: Pads | None = None,
        activation: Activation = Activation.NONE,
    ) -> Tensor:
        """One filter a channel."""
        channels = x.channels
        return self.conv(
            x, channels, kernel, stride, groups=channels, pads=pads, activation=activation
        )

    def batch_norm(self, x: Tensor) -> Tensor:
        """Of a sum, where no convolution can take it in."""
        number, channels = len(self._nodes), x.channels
        arrays = {
            "scale": np.sqrt(self._positive(channels)),
            "shift": self._bias(channels),
            "mean": self._bias(channels),
            "variance": self._positive(channels),
        }
        names = (self._constant(f"{key}_{number}", array) for key, array in arrays.items())
        return self._add("BatchNormalization", (x.name, *names), channels)

    def activate(self, x: Tensor, activation: Activation) -> Tensor:
        """Element by element."""
        if activation is Activation.NONE:
            return x
        if activation is Activation.RELU:
            return self._add("Relu", (x.name,), x.channels)
        if activation is Activation.RELU6:
            zero = self._constant("zero", np.array(0, np.float32))
            six = self._constant("six", np.array(6, np.float32))
            return self._add("Clip", (x.name, zero, six), x.channels)
        return self.multiply(x, self._add("Sigmoid", (x.name,), x.channels))

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        return self._add("Add", (x.name, y.name), x.channels)

    def multiply(self, x: Tensor, y: Tensor) -> Tensor:
        """`y` may have a size of one."""
        return self._add("Mul", (x.name, y.name), x.channels)

    def squeeze_excite(self, x: Tensor, channels: int) -> Tensor:
        """Scale every channel by what two convolutions make of all averages (Hu et al., 2018)."""
        mean = self.average(x)
        reduced = self.conv(mean, channels, activation=Activation.SILU)
        scale = self._add("Sigmoid", (self.conv(reduced, x.channels).name,), x.channels)
        return self.multiply(x, scale)

    def max_pool(self, x: Tensor, kernel: int = 3, stride: int = 2) -> Tensor:
        """With the padding that halves the size."""
        attributes = {
            "kernel_shape": [kernel, kernel],
            "strides": [stride, stride],
            "pads": [kernel // 2] * 4,
        }
        return self._add("MaxPool", (x.name,), x.channels, **attributes)

    def average(self, x: Tensor) -> Tensor:
        """Over height and width, which become one."""
        return self._add("GlobalAveragePool", (x.name,), x.channels)

    def flatten(self, x: Tensor) -> Tensor:
        """N and channels of a tensor whose height and width are one."""
        return self._add("Flatten", (x.name,), x.channels)

    def classify(self, x: Tensor, classes: int = 1000) -> Tensor:
        """Averages, then a matrix product: a number a class."""
        flat = self.flatten(self.average(x))
        weights = self._constant(
            "classifier_weights", self._normal((classes, x.channels), 1 / x.channels)
        )
        bias = self._constant("classifier_bias", self._bias(classes))
        return self._add("Gemm", (flat.name, weights, bias), classes, transB=1)

    def model(self, output: Tensor) -> "ModelProto":
        """The network whose result is `output`, checked."""
        from onnx import TensorProto, checker, helper, numpy_helper

        image = [1, self.input.channels, self.size, self.size]
        graph = helper.make_graph(
            [
                helper.make_node(
                    node.operator, node.inputs, [node.output], name=node.output, **node.attributes
                )
                for node in self._nodes
            ],
            self.name,
            [helper.make_tensor_value_info(self.input.name, TensorProto.FLOAT, image)],
            [helper.make_tensor_value_info(output.name, TensorProto.FLOAT, [1, output.channels])],
            [numpy_helper.from_array(array, name) for name, array in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        checker.check_model(model)
        return model

    def _add(
        self, operator: str, inputs: tuple[str, ...], channels: int, **attributes: Any
    ) -> Tensor:
        name = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(Node(operator, inputs, name, attributes))
        return Tensor(name, channels)

    def _constant(self, name: str, array: npt.NDArray[np.float32]) -> str:
        self._constants[name] = array
        return name

    def _normal(self, shape: tuple[int, ...], variance: float) -> npt.NDArray[np.float32]:
        values = self._random.standard_normal(shape, np.float32)
        values *= np.float32(np.sqrt(variance))
        return values

    def _bias(self, channels: int) -> npt.NDArray[np.float32]:
        return self._normal((channels,), BIAS_DEVIATION**2)

    def _positive(self, channels: int) -> npt.NDArray[np.float32]:
        """Numbers around one."""
        return self._random.uniform(0.8, 1.25, channels).astype(np.float32)
