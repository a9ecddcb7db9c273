"""Predicted and measured times together: plain data, and what they say of a group of cases."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from convopt.benchmarks.prediction.cases import Case
from convopt.benchmarks.prediction.measurement import Measured
from convopt.benchmarks.prediction.prediction import Predicted
from convopt.benchmarks.prediction.statistics import rank_correlation


@dataclass(frozen=True)
class Judged:
    """A case with its schedule as text, what was predicted, and what was measured."""

    case: Case
    schedule: str
    predicted: Predicted
    measured: Measured

    @property
    def error(self) -> float:
        """By how much the prediction is too high, as a fraction of the measured time."""
        return self.predicted.seconds / self.measured.seconds - 1


@dataclass(frozen=True)
class Agreement:
    """Of a group of cases: rank correlation (None where it is not defined), mean of the errors'
    absolute values, their mean, and the case that is furthest off."""

    name: str
    cases: int
    correlation: float | None
    mean_error: float
    bias: float
    worst: Judged


def agreement(name: str, cases: Sequence[Judged]) -> Agreement:
    """Of at least one case."""
    errors = [each.error for each in cases]
    return Agreement(
        name,
        len(cases),
        rank_correlation(
            [each.predicted.seconds for each in cases], [each.measured.seconds for each in cases]
        ),
        mean(map(abs, errors)),
        mean(errors),
        max(cases, key=lambda each: abs(each.error)),
    )


def by_kind(cases: Sequence[Judged]) -> list[Agreement]:
    """One entry a kind, in order of appearance."""
    return _grouped(cases, lambda each: (each.case.kind,))


def by_table(cases: Sequence[Judged]) -> list[Agreement]:
    """One entry a table; a case counts in each that has it."""
    return _grouped(cases, lambda each: each.case.tables)


def by_bound(cases: Sequence[Judged]) -> list[Agreement]:
    """One entry for each part of the machine that decides."""
    return _grouped(cases, lambda each: (each.predicted.bound,))


def _grouped(cases: Sequence[Judged], names: Callable[[Judged], Iterable[str]]) -> list[Agreement]:
    groups: dict[str, list[Judged]] = {}
    for each in cases:
        for name in names(each):
            groups.setdefault(name, []).append(each)
    return [agreement(name, members) for name, members in groups.items()]
