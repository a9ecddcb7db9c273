"""Whether to fuse: as predicted, and as measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from convopt.benchmarks.prediction.results import Judged
from convopt.passes.plan.fuse_modules import WORTH_FUSING

CLEAR = 0.05
"""Part of the shorter time by which two measured times have to differ to count."""


@dataclass(frozen=True)
class Decision:
    """The same stages apart and fused."""

    apart: Judged
    fused: Judged

    @property
    def is_clear(self) -> bool:
        """Whether the measured times differ by more than `CLEAR`."""
        times = self.apart.measured.seconds, self.fused.measured.seconds
        return max(times) > (1 + CLEAR) * min(times)

    @property
    def is_right(self) -> bool:
        """Whether the faster one would be chosen, as the compiler does: fusing has to pay."""
        fuses = (1 + WORTH_FUSING) * self.fused.predicted.seconds < self.apart.predicted.seconds
        return fuses == (self.fused.measured.seconds < self.apart.measured.seconds)


def decisions(cases: Sequence[Judged]) -> list[Decision]:
    """One for all stages that are there both apart and fused."""
    apart = {each.case.stages: each for each in cases if not each.case.is_fused}
    return [
        Decision(apart[each.case.stages], each)
        for each in cases
        if each.case.is_fused and each.case.stages in apart
    ]


def decision_lines(cases: Sequence[Judged]) -> list[str]:
    """How many clear decisions are right, and which are not; nothing without clear ones."""
    clear = [each for each in decisions(cases) if each.is_clear]
    if not clear:
        return []
    wrong = [each for each in clear if not each.is_right]
    right = len(clear) - len(wrong)
    return [
        *(_wrong_line(each) for each in wrong),
        f"fused or apart: {right} of {len(clear)} decisions right ({right / len(clear):.0%}) where "
        f"the times differ by more than {CLEAR:.0%}",
    ]


def _wrong_line(decision: Decision) -> str:
    measured = decision.fused.measured.seconds / decision.apart.measured.seconds
    predicted = decision.fused.predicted.seconds / decision.apart.predicted.seconds
    return (
        f"wrong: {decision.apart.case.name}: fused takes {measured:.2f} of the time apart, "
        f"predicted {predicted:.2f}"
    )
