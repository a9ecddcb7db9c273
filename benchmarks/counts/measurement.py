"""Counting what a layer's code executes, and checking its result."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from convopt.benchmarks.channel_blocks import logical, physical
from convopt.benchmarks.counts.listing import block_instructions
from convopt.benchmarks.counts.static_cycles import Analyzer
from convopt.benchmarks.layer import Layer, LayerData
from convopt.benchmarks.layer_code import LayerCode, layer_code
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

    `cycles_per_quad_fma` is the analyzer's estimate for it; None where there is none.
    """

    layer: Layer
    tile: TileAttr
    total: Effects
    hot: CodeBlock
    hot_instructions: tuple[str, ...]
    error: float
    cycles_per_quad_fma: float | None = None

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
    blocks, error = _emulate(code, data)
    if error > TOLERANCE:
        raise ConvoptError(
            f"{data.layer.name}, {code.tile}: expected a relative error of at most {TOLERANCE}, "
            f"found {error:.1e}"
        )
    hot = hottest(blocks)
    listing = tuple(block_instructions(code.assembly, code.object_code, hot))
    cycles = analyzer.cycles_per_quad_fma(listing, hot.effects.fma_lanes) if analyzer else None
    return LayerCounts(data.layer, code.tile, total_effects(blocks), hot, listing, error, cycles)


def _emulate(code: LayerCode, data: LayerData) -> tuple[tuple[CodeBlock, ...], float]:
    """What ran, and the relative error of the result."""
    (image,), (output,) = code.interface.inputs, code.interface.outputs
    x = physical(data.x, image.shape)
    y = np.full(output.shape, np.nan, np.float32)
    workspace = np.zeros(code.interface.workspace_bytes // 4, np.float32)
    try:
        emulation = run_aarch64(
            code.object_code,
            code.interface.run_symbol,
            [x, y, code.weights, workspace],
            (0, 1),
            cpu=_CPU,
            sides=["start"],
            count=True,
        )
    except EmulationError as error:
        raise ConvoptError(f"{data.layer.name}, {code.tile}: {error}") from error
    found = logical(y, data.layer.output_shape)
    return emulation.blocks, relative_error(found, data.reference)
