"""Time of a module of which one stage asks for the input that another one would have waited for."""

from collections.abc import Sequence
from dataclasses import replace

from convopt.backends.targets.description import CpuTarget
from convopt.passes.cost.memory_access.accesses import Operand, Phase
from convopt.passes.cost.memory_access.predicted_time import PhaseTime, phase_time

HIDDEN = 0.5
"""The part of a stage's work in which memory keeps up unnoticed: requests come unevenly."""


def stage_times(phases: Sequence[Phase], asking: int | None, target: CpuTarget) -> list[PhaseTime]:
    """Of each phase, the stage `asking` (None: no stage) asking for the next band's input.

    What the first stage fetches from beyond L2 is then fetched while the other one computes.
    """
    times = [phase_time(phase, target) for phase in phases]
    if asking is None:
        return times
    waited = input_seconds(phases, target)
    times[0] = replace(times[0], beyond=times[0].beyond - waited)
    times[asking] = replace(times[asking], beyond=times[asking].beyond + waited)
    return times


def input_seconds(phases: Sequence[Phase], target: CpuTarget) -> float:
    """What fetching the first stage's input from beyond L2 takes."""
    first = phases[0]
    accesses = [each for each in first.accesses if each.operand is Operand.INPUT]
    return phase_time(Phase(first.name, 0, 0, 0, 0, tuple(accesses)), target).beyond


def is_free(phases: Sequence[Phase], asking: int, target: CpuTarget) -> bool:
    """Whether there is something to ask for, and the stage that asks still waits for its ports."""
    time = stage_times(phases, asking, target)[asking]
    return input_seconds(phases, target) > 0 and time.beyond <= HIDDEN * time.ports
