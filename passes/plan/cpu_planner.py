"""Fused modules on a CPU: bands of rows, intermediate rows in rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.plan.module_candidates import PlannedLayers, best_module, planned_layer


@dataclass(frozen=True)
class CpuPlanner:
    """Least predicted time; `network_bytes` are touched from one run of the network to the next."""

    target: CpuTarget
    network_bytes: float
    most_ring_bytes: float = inf

    @property
    def far(self) -> str:
        return "beyond L2"

    def layer(self, op: ConvolutionOp) -> PlannedLayers:
        return planned_layer(op, self.target, self.network_bytes)

    def module(self, stages: Sequence[ConvolutionOp]) -> PlannedLayers | None:
        return best_module(stages, self.target, self.network_bytes, self.most_ring_bytes)

    def refusal(self, stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
        """Intermediate rows lie in channel blocks, and every one of them is read."""
        if block_of(stage.result_type) == 1:
            return "its result is not in channel blocks"
        for each in (stage, consumer):
            axis, _ = axes_of(each)
            if axis.stride > axis.kernel:
                return f"a stride of {axis.stride} skips rows of a {axis.kernel}-row kernel"
        return ""
