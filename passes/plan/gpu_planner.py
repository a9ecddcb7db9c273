"""Layers and fused modules on a GPU: a block of threads makes some filters of a spatial tile."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import GpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import BlockAttr, TileAttr
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.geometry.blocks.checks import unmendable
from convopt.passes.geometry.blocks.of_operations import elementwise_operands, kernel_of
from convopt.passes.geometry.blocks.sizes import BlockSizes
from convopt.passes.geometry.convolution import convolution_of
from convopt.passes.plan.gpu_search import BestBlock, KernelProblem, best_block

_ANY_SIZES = BlockSizes(1, 1, 1)


@dataclass(frozen=True)
class PlannedBlocks:
    """A layer or a module with its best block of threads."""

    best: BestBlock
    tiles: tuple[TileAttr, ...] = ()

    @property
    def seconds(self) -> float:
        return self.best.seconds

    @property
    def moved_bytes(self) -> int:
        return self.best.traffic.bytes

    @property
    def schedule(self) -> BlockAttr:
        return self.best.sizes.attribute


@dataclass(frozen=True)
class GpuPlanner:
    """Least time by the model of passes/cost/gpu. `is_cold`: a network's filters do not stay in L2
    from one run to the next. `tf32`: tensor cores may be used for f32, too, rounded to tf32."""

    target: GpuTarget
    is_cold: bool = False
    tf32: bool = False

    @staticmethod
    def of_network(module: ModuleOp, target: GpuTarget, tf32: bool = False) -> "GpuPlanner":
        """Filters are cold where L2 does not hold those of all convolutions."""
        convolutions = (op for op in module.walk() if isinstance(op, ConvolutionOp))
        filters = sum(convolution_of(op).weight_elements for op in convolutions)
        return GpuPlanner(target, FLOAT_BYTES * filters > target.l2_bytes, tf32)

    @property
    def far(self) -> str:
        return "between global and shared memory"

    def layer(self, op: ConvolutionOp) -> PlannedBlocks:
        """Raises ConvoptError where the target has no room for a block."""
        planned = self._planned([op])
        if planned is not None:
            return planned
        kernel = kernel_of([op], _ANY_SIZES)
        problem = "" if kernel is None else unmendable(kernel)
        found = problem or f"expected a GPU with room for a block, found {self.target.name}"
        raise ConvoptError(f"{op.name}: {found}")

    def module(self, stages: Sequence[ConvolutionOp]) -> PlannedBlocks | None:
        return self._planned(stages)

    def _planned(self, stages: Sequence[ConvolutionOp]) -> PlannedBlocks | None:
        kernel = kernel_of(stages, _ANY_SIZES)
        if kernel is None:
            return None
        elementwise = elementwise_operands(stages[-1])
        matrix = self.tf32 or kernel.lanes > 1
        best = best_block(KernelProblem(kernel, self.target, elementwise, self.is_cold, matrix))
        return None if best is None else PlannedBlocks(best)

    def nothing_to_gain(self, stages: Sequence[ConvolutionOp]) -> str:
        return ""

    def refusal(self, stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
        if elementwise_operands(stage):
            return "its epilogue reads a tensor of the result's shape"
        if stage.scale is not None or consumer.scale is not None:
            return "an input is scaled"
        return ""
