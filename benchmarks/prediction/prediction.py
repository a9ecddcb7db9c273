"""The time that the cost model predicts for a case as it is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convopt.backends.targets import CpuTarget
from convopt.passes.cost.kernel_model import PlannedKernel
from convopt.passes.cost.memory_access.asking_ahead import stage_times
from convopt.passes.cost.memory_access.predicted_time import PhaseTime

PARTS = ("ports", "l1", "l2", "beyond")


@dataclass(frozen=True)
class Predicted:
    """The phases of all kernels, one after the other."""

    phases: tuple[PhaseTime, ...]

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)

    def part(self, name: str) -> float:
        """Seconds that one of `PARTS` is busy."""
        return sum(float(getattr(phase, name)) for phase in self.phases)

    @property
    def bound(self) -> str:
        """The part that is busiest during most of the time."""
        shares = dict.fromkeys(PARTS, 0.0)
        for phase in self.phases:
            busiest = max(PARTS, key=lambda name: float(getattr(phase, name)))
            shares[busiest] += phase.seconds
        return max(PARTS, key=lambda name: shares[name])


def predicted(
    kernels: Sequence[PlannedKernel], target: CpuTarget, weights_distance: float
) -> Predicted:
    """Of one call among many, each with other weights.

    What the first kernel reads and the last one writes was touched by the call before: all that one
    call touches lies in between. `weights_distance`: bytes since the same weights were used.
    """
    all_bytes = _touched_bytes(kernels)
    phases: list[PhaseTime] = []
    for number, kernel in enumerate(kernels):
        since = kernel.in_network(weights_distance)
        if number == 0:
            since = replace(since, input=all_bytes)
        if number == len(kernels) - 1:
            since = replace(since, output=all_bytes)
        phases += stage_times(kernel.phases(since), kernel.asking, target)
    return Predicted(tuple(phases))


def at_clock(target: CpuTarget, ratio: float) -> CpuTarget:
    """The target while its clock runs `ratio` times as fast: its own caches go along, memory that
    cores share does not."""
    return replace(
        target,
        frequency_ghz=ratio * target.frequency_ghz,
        l1_gbs=ratio * target.l1_gbs,
        l2_gbs=ratio * target.l2_gbs,
        l2_write_gbs=ratio * target.l2_write_gbs,
    )


def _touched_bytes(kernels: Sequence[PlannedKernel]) -> int:
    """By one call: input, what each kernel makes, and weights; a module's rings are small."""
    first = kernels[0].stages[0]
    stages = [stage for kernel in kernels for stage in kernel.stages]
    made = [kernel.stages[-1] for kernel in kernels]
    return (
        first.input_bytes(first.conv.rows.inputs)
        + sum(stage.weight_bytes for stage in stages)
        + sum(stage.output_bytes(stage.conv.rows.outputs) for stage in made)
    )
