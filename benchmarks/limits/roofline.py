"""The least time that a layer, or a module of layers, can take on a core: the roofline.

S. Williams, A. Waterman, D. Patterson: "Roofline: An Insightful Visual Performance Model for
Multicore Architectures", CACM 52(4), 2009.
"""

from dataclasses import dataclass

from convopt.benchmarks.gradient import Gradient, gradient_bytes
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.limits.machine import Level, Limits
from convopt.benchmarks.module import Module
from convopt.convdialect.shapes import FLOAT_BYTES

COMPUTE = "compute"
PRIVATE = ("L1", "L2")
"""Levels that run at the core's clock."""


@dataclass(frozen=True)
class LayerLimit:
    """Seconds for the arithmetic and for the memory, and the level that the layer lives in.

    Warm caches are assumed: tensors lie where all of them fit. Multiplications with padding count,
    so a kernel that leaves them out may need less than the limit.
    """

    compute_seconds: float
    memory_seconds: float
    level: str

    @property
    def seconds(self) -> float:
        return max(self.compute_seconds, self.memory_seconds)

    @property
    def bound(self) -> str:
        """`compute`, or the level whose bandwidth sets the limit."""
        return COMPUTE if self.compute_seconds >= self.memory_seconds else self.level

    def at_clock(self, ratio: float) -> "LayerLimit":
        """The limit while the core's clock is `ratio` times what it was: its own caches go along,
        memory that it shares does not."""
        memory = self.memory_seconds / ratio if self.level in PRIVATE else self.memory_seconds
        return LayerLimit(self.compute_seconds / ratio, memory, self.level)


def layer_limit(layer: Layer, limits: Limits) -> LayerLimit:
    """Input, weights and bias are read once and the output written once."""
    written = FLOAT_BYTES * layer.cout * layer.output_shape[2] * layer.output_shape[3]
    return limit_of(layer.macs, layer.bytes - written, written, limits)


def gradient_limit(layer: Layer, gradient: Gradient, limits: Limits) -> LayerLimit:
    """As many multiply-adds as the convolution; both operands are read once, the result is written
    once."""
    return limit_of(layer.macs, *gradient_bytes(layer, gradient), limits)


def module_limit(module: Module, limits: Limits) -> LayerLimit:
    """Input, weights and biases are read once and the output written once; what lies between the
    convolutions moves nowhere."""
    return limit_of(module.macs, module.bytes_read, module.bytes_written, limits)


def limit_of(macs: int, read: int, written: int, limits: Limits) -> LayerLimit:
    """For multiply-adds, and bytes at the level where all fit. As many bytes as are both read and
    written go at the speed of copying, the rest at that of reading or writing."""
    level = home_level(read + written, limits)
    balanced = 2 * min(read, written)
    rest_gbs = level.read_gbs if read > written else level.write_gbs
    memory = balanced / level.copy_gbs + abs(read - written) / rest_gbs
    return LayerLimit(2 * macs / limits.peak_gflops / 1e9, memory / 1e9, level.name)


def home_level(size: int, limits: Limits) -> Level:
    """The nearest level that holds `size` bytes; the last holds everything."""
    return next((level for level in limits.levels if size <= level.bytes), limits.levels[-1])
