"""What a peer has to offer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from convopt.benchmarks.gradient import GradientData
from convopt.benchmarks.layer import Array, LayerData
from convopt.benchmarks.module import ModuleData
from convopt.errors import ConvoptError


class Layout(StrEnum):
    """How a layer's activations lie when the clock starts and stops."""

    OWN = "own"
    """As the library likes them: what a layer inside a network sees."""
    NCHW = "nchw"
    """NCHW in, NCHW out, conversions included: what a framework call sees."""


class MissingError(ConvoptError):
    """The peer is not installed; the message says how to install it."""


class UnsupportedError(ConvoptError):
    """The peer cannot do this layer or model; the message says why."""


@dataclass(frozen=True)
class ModelData:
    """A whole model with random inputs: ONNX bytes, and an array for each input's name."""

    name: str
    onnx: bytes
    feeds: Mapping[str, Array]


class Prepared(ABC):
    """A layer or model with weights packed and buffers bound, ready to be timed."""

    @abstractmethod
    def run(self, calls: int) -> None:
        """Compute `calls` times; what the clock sees."""

    @abstractmethod
    def outputs(self) -> list[Array]:
        """The results of the last call, as plain NCHW or OIHW arrays. Not timed."""

    def close(self) -> None:  # noqa: B027
        """Give back threads and memory."""


class Peer(ABC):
    """A library. Making one imports it; raises MissingError where it is not installed.

    Everything computes in fp32, unless its class says otherwise, on `threads` threads of the host.
    """

    name: str
    layouts: tuple[Layout, ...] = ()
    """The ways in which this peer runs single layers; empty: whole models only."""
    module_layout: Layout | None = None
    """How modules of layers are measured; None: this peer does not run them."""
    gradient_layouts: tuple[Layout, ...] = ()
    """The ways in which this peer computes gradients of single layers; empty: it does not."""
    tolerance: float = 1e-4
    """The largest relative error (as norms) of its right results."""

    @abstractmethod
    def version(self) -> str:
        """Of the library."""

    def prepare_layer(self, data: LayerData, layout: Layout, threads: int) -> Prepared:
        """One convolution with bias. Raises UnsupportedError."""
        raise UnsupportedError(f"{self.name} does not run single layers")

    def prepare_gradient(self, data: GradientData, layout: Layout, threads: int) -> Prepared:
        """One gradient of a convolution. Raises UnsupportedError."""
        raise UnsupportedError(f"{self.name} does not compute gradients of single layers")

    def prepare_module(self, data: ModuleData, threads: int) -> Prepared:
        """Several convolutions in `module_layout`. Raises UnsupportedError."""
        raise UnsupportedError(f"{self.name} does not run modules")

    def prepare_model(self, model: ModelData, threads: int) -> Prepared:
        """A whole model. Raises UnsupportedError."""
        raise UnsupportedError(f"{self.name} does not run whole models")
