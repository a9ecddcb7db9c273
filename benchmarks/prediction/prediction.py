"""The time that the cost model predicts for a case as it is measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convopt.backends.targets import CpuTarget
from convopt.passes.cost.kernel_model import PlannedKernel
from convopt.passes.cost.memory_access.predicted_time import PhaseTime, phase_time

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
        """What decides most of the time."""
        shares = {name: self._decided_by(name) for name in PARTS}
        return max(PARTS, key=lambda name: shares[name])

    def _decided_by(self, name: str) -> float:
        return sum(each.seconds for each in self.phases if getattr(each, name) == each.seconds)


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
        phases += (phase_time(phase, target) for phase in kernel.phases(since))
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
