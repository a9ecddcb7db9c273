"""Fused modules on a GPU: a thread block makes some filters of a spatial tile."""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.backends.targets import GpuTarget
from convopt.convdialect.attributes import BlockAttr, TileAttr
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.gpu_limits import BlockTile, GpuLimits
from convopt.passes.cost.memory_access.gpu_search import best_layer, best_module
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.convolution import convolution_of


@dataclass(frozen=True)
class PlannedBlocks:
    """A layer or a module whose blocks move so much between global and shared memory."""

    tile: BlockTile
    traffic: Traffic
    target: GpuTarget
    tiles: tuple[TileAttr, ...] = ()

    @property
    def seconds(self) -> float:
        """The traffic at the bandwidth of global memory, the same for all kernels."""
        return self.moved_bytes / self.target.dram_gbs * 1e-9

    @property
    def moved_bytes(self) -> int:
        return FLOAT_BYTES * self.traffic.total

    @property
    def schedule(self) -> BlockAttr:
        return BlockAttr(self.tile.filters, self.tile.rows, self.tile.columns)


@dataclass(frozen=True)
class GpuPlanner:
    """Least traffic between global and shared memory (passes/cost/memory_access/gpu_modules)."""

    target: GpuTarget

    @property
    def far(self) -> str:
        return "between global and shared memory"

    def layer(self, op: ConvolutionOp) -> PlannedBlocks:
        conv = convolution_of(op)
        planned = best_layer(conv, GpuLimits.of(self.target))
        if planned is not None:
            return PlannedBlocks(planned.tile, planned.traffic, self.target)
        once = Traffic(conv.input_elements, conv.weight_elements, 0, conv.output_elements)
        return PlannedBlocks(BlockTile(1, 1, 1), once, self.target)

    def module(self, stages: Sequence[ConvolutionOp]) -> PlannedBlocks | None:
        """Pairs of depthwise and pointwise convolutions, and inverted residuals."""
        planned = best_module(tuple(map(convolution_of, stages)), GpuLimits.of(self.target))
        if planned is None:
            return None
        return PlannedBlocks(planned.tile, planned.traffic, self.target)

    def nothing_to_gain(self, stages: Sequence[ConvolutionOp]) -> str:
        return ""

    def refusal(self, stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
        return ""
