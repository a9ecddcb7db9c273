"""Fused modules on a CPU: bands of rows, intermediate rows in rings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, prod

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import block_of, physical_shape
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.predicted_time import USABLE
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.plan.module_candidates import PlannedLayers, best_module, planned_layer

NEAR = 0.5
"""The part of what L2 can hold that surely stays there."""


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

    def nothing_to_gain(self, stages: Sequence[ConvolutionOp]) -> str:
        """Where L2 holds all that the layers touch with room to spare, it holds what is between."""
        touched = sum(FLOAT_BYTES * prod(shape) for shape in _touched_shapes(stages))
        if touched > NEAR * USABLE * self.target.l2_bytes:
            return ""
        return f"L2 holds the {touched / 1e6:.2f} MB that they touch"

    def refusal(self, stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
        """Intermediate rows lie in channel blocks, and every one of them is read."""
        if block_of(stage.result_type) == 1:
            return "its result is not in channel blocks"
        for each in (stage, consumer):
            axis, _ = axes_of(each)
            if axis.stride > axis.kernel:
                return f"a stride of {axis.stride} skips rows of a {axis.kernel}-row kernel"
        return ""


def _touched_shapes(stages: Sequence[ConvolutionOp]) -> Iterator[tuple[int, ...]]:
    """Of the input, filters and results."""
    yield physical_shape(stages[0].input_type)
    for stage in stages:
        yield tuple(stage.filter_type.get_shape())
        yield physical_shape(stage.result_type)
