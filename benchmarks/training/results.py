"""What a training found, as data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.torch_models.results import CONVOPT, EAGER
from convopt.benchmarks.training.task import Task


@dataclass(frozen=True)
class Entry:
    """A contender's losses, one a step; `timing` is of the steps after the first, which compiles.

    Who broke down has the losses until then, and a `note` that says how.
    """

    contender: str
    losses: tuple[float, ...]
    first_seconds: float | None = None
    timing: Timing | None = None
    note: str = ""


@dataclass(frozen=True)
class Taken:
    """What convopt runs of the convolutions and gradients of convolutions, and what the compiler
    noted."""

    convolutions: int
    all_convolutions: int
    macs: int
    all_macs: int
    sets: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainingResult:
    """All contenders on one task; `taken` is None where convopt did not take part."""

    task: Task
    entries: tuple[Entry, ...]
    taken: Taken | None = None

    def entry(self, contender: str) -> Entry | None:
        return next((one for one in self.entries if one.contender == contender), None)

    def times_convopt(self, entry: Entry) -> tuple[float, float] | None:
        """How many times as long as convopt's its step takes: by least times, and by medians."""
        own = self.entry(CONVOPT)
        if own is None or own.timing is None or entry.timing is None:
            return None
        return (
            entry.timing.min_seconds / own.timing.min_seconds,
            entry.timing.median_seconds / own.timing.median_seconds,
        )

    def deviation(self, entry: Entry) -> float | None:
        """The greatest distance of its losses from eager's; None where there is nothing of it."""
        eager = self.entry(EAGER)
        return None if eager is None else greatest_distance(entry.losses, eager.losses)


def greatest_distance(losses: Sequence[float], others: Sequence[float]) -> float | None:
    """Over the steps that both made; None for no step. A loss that is not finite gives NaN."""
    distances = [abs(one - other) for one, other in zip(losses, others, strict=False)]
    if not distances:
        return None
    return max(distances) if all(map(math.isfinite, distances)) else math.nan
