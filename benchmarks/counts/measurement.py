"""Counting what a layer's code executes, and checking its result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from convopt.benchmarks.channel_blocks import logical, physical
from convopt.benchmarks.counts.listing import block_instructions
from convopt.benchmarks.counts.published import PublishedCounts, published_for
from convopt.benchmarks.counts.static_cycles import Analyzer
from convopt.benchmarks.gradient import Gradient, GradientData, gradient_bytes
from convopt.benchmarks.gradient_code import gradient_code
from convopt.benchmarks.layer import Array, Layer, LayerData
from convopt.benchmarks.layer_code import LayerCode, Schedule, layer_code
from convopt.comparison import relative_error
from convopt.convdialect.schedules import TileAttr
from convopt.errors import ConvoptError
from convopt.testing.aarch64_decode import Effects
from convopt.testing.code_blocks import CodeBlock, hottest, total_effects
from convopt.testing.emulator import EmulationError, run_aarch64

TOLERANCE = 1e-5
"""Largest relative error (norm) against the float64 reference."""

_CPU = "neoverse-n1"
"""The emulated core: the one that knows all of NEON."""


@dataclass(frozen=True)
class LayerCounts:
    """What one call executed; `hot_instructions` is the assembly of the hottest block.

    `cycles_per_quad_fma` is the analyzer's estimate for it; None where there is none. `gradient`
    tells which one of the layer's was computed, None: the layer itself.
    """

    layer: Layer
    tile: Schedule
    total: Effects
    hot: CodeBlock
    hot_instructions: tuple[str, ...]
    error: float
    cycles_per_quad_fma: float | None = None
    gradient: Gradient | None = None

    @property
    def name(self) -> str:
        """The layer's, with the gradient's."""
        of = "" if self.gradient is None else f", gradient of {self.gradient}"
        return f"{self.layer.name}{of}"

    @property
    def compulsory_bytes(self) -> int:
        """Every tensor once."""
        if self.gradient is None:
            return self.layer.bytes
        return sum(gradient_bytes(self.layer, self.gradient))

    @property
    def published(self) -> list[PublishedCounts]:
        """Of other libraries, fewest instructions first."""
        return published_for(self.layer) if self.gradient is None else []

    def per_mac(self, count: float) -> float:
        """Padding taps count as multiply-adds."""
        return count / self.layer.macs

    @cached_property
    def instructions_per_mac(self) -> float:
        return self.per_mac(self.total.instructions)

    @cached_property
    def bytes_per_mac(self) -> float:
        """Loaded and stored."""
        return self.per_mac(self.total.load_bytes + self.total.store_bytes)

    @property
    def hot_share(self) -> float:
        """Of the instructions, those in the hottest block."""
        return self.hot.instructions / self.total.instructions


def measure(
    data: LayerData,
    target: str,
    tile: TileAttr | None = None,
    analyzer: Analyzer | None = None,
) -> LayerCounts:
    """Compile and emulate a layer, with the given register tile or the one that convopt chooses.

    `target` is the name of a target, or the path of a target file.
    Raises ConvoptError if the result is wrong or the code accesses memory that is not its own.
    """
    code = layer_code(data, target, tile)
    name = f"{data.layer.name}, {code.tile}"
    return _counts(data.layer, code, [data.x], data.reference, analyzer, name)


def measure_gradient(
    data: GradientData, target: str, analyzer: Analyzer | None = None
) -> LayerCounts:
    """The same of one of a layer's gradients, which comes in channel blocks, too."""
    code = gradient_code(data, target)
    name = f"{data.name}, {code.tile}"
    reference = data.reference.reshape(data.stored_shape)
    counts = _counts(data.layer, code, data.activations, reference, analyzer, name)
    return replace(counts, gradient=data.gradient)


def _counts(
    layer: Layer,
    code: LayerCode,
    inputs: Sequence[Array],
    reference: npt.NDArray[np.float64],
    analyzer: Analyzer | None,
    name: str,
) -> LayerCounts:
    """Of code that makes `reference` of `inputs`; `name` is what errors call it."""
    blocks, result = _emulate(code, inputs, name)
    error = relative_error(logical(result, reference.shape), reference)
    if error > TOLERANCE:
        raise ConvoptError(
            f"{name}: expected a relative error of at most {TOLERANCE}, found {error:.1e}"
        )
    hot = hottest(blocks)
    listing = tuple(block_instructions(code.assembly, code.object_code, hot))
    cycles = analyzer.cycles_per_quad_fma(listing, hot.effects.fma_lanes) if analyzer else None
    return LayerCounts(layer, code.tile, total_effects(blocks), hot, listing, error, cycles)


def _emulate(
    code: LayerCode, inputs: Sequence[Array], name: str
) -> tuple[tuple[CodeBlock, ...], Array]:
    """What ran, and the result as it lies in memory."""
    specs, (output,) = code.interface.inputs, code.interface.outputs
    read = [physical(x, spec.shape) for x, spec in zip(inputs, specs, strict=True)]
    result = np.full(output.shape, np.nan, np.float32)
    workspace = np.zeros(code.interface.workspace_bytes // 4, np.float32)
    try:
        emulation = run_aarch64(
            code.object_code,
            code.interface.run_symbol,
            [*read, result, code.weights, workspace],
            (0, 1),
            cpu=_CPU,
            sides=["start"],
            count=True,
        )
    except EmulationError as error:
        raise ConvoptError(f"{name}: {error}") from error
    return emulation.blocks, result
