"""All contenders train in turn, in this process."""

from collections.abc import Sequence
from typing import Any

import torch

from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import Sample, sample, timing
from convopt.benchmarks.torch_models.contenders import Contender
from convopt.benchmarks.torch_models.results import CONVOPT
from convopt.benchmarks.training.images import batches
from convopt.benchmarks.training.learner import Learner
from convopt.benchmarks.training.network import network
from convopt.benchmarks.training.results import Entry, Taken, TrainingResult
from convopt.benchmarks.training.task import Task
from convopt.torch.report import GraphReport, collect


class Training:
    """Rounds in which everyone makes the same step, each with a copy of the same network."""

    def __init__(self, task: Task, contenders: Sequence[Contender], machine: Machine) -> None:
        """Draws network and images; nothing is compiled before the first round."""
        torch.set_num_threads(task.threads)
        torch._dynamo.reset()
        generator = torch.Generator().manual_seed(task.seed)
        module, drawn = network(task, generator), batches(task, generator)
        self._task = task
        self._trainees = [
            _Trainee(one.name, Learner(one, module, drawn, task.learning_rate))
            for one in contenders
        ]
        self._machine = machine

    def round(self, number: int) -> None:
        """Step `number` of everyone who has not broken down."""
        for one in self._trainees:
            if not one.note:
                one.step(number, self._machine)

    def result(self) -> TrainingResult:
        """What was found so far."""
        peaks = [each.peak_gflops for one in self._trainees for each in one.samples]
        best_peak = max(peaks, default=0.0)
        own = [one for one in self._trainees if one.name == CONVOPT]
        return TrainingResult(
            self._task,
            tuple(one.entry(best_peak) for one in self._trainees),
            _taken(own[0].reports) if own else None,
        )


class _Trainee:
    """A learner with what is known of its steps; `note` says how it broke down."""

    def __init__(self, name: str, learner: Learner) -> None:
        self.name = name
        self.samples: list[Sample] = []
        self.reports: Sequence[GraphReport] = ()
        self.note = ""
        self._learner = learner
        self._losses: list[float] = []

    def step(self, number: int, machine: Machine) -> None:
        """Makes and times one step. Who breaks down must not take the others' results with it."""
        losses: list[Any] = []

        def run(calls: int) -> None:
            for _ in range(calls):
                losses.append(self._learner.step(number))

        try:
            with collect() as reports:
                found = sample(run, 1, machine.peak_gflops)
        except Exception as error:
            self.note = f"failed: {type(error).__name__}: {error}".partition("\n")[0]
            return
        if not self.samples:
            self.reports = reports
        self.samples.append(found)
        self._losses += [loss.item() for loss in losses]

    def entry(self, best_peak: float) -> Entry:
        """The first step compiles, and is none of the timed ones."""
        if not self.samples:
            return Entry(self.name, (), note=self.note)
        first, *later = self.samples
        timed = timing(later, best_peak, lambda _: 0.0) if later else None
        return Entry(self.name, tuple(self._losses), first.seconds, timed, self.note)


def _taken(reports: Sequence[GraphReport]) -> Taken:
    sets = [each for report in reports for each in report.taken]
    left = [each for report in reports for each in report.left if each.macs]
    convolutions = sum(len(each.convolutions) for each in sets)
    return Taken(
        convolutions,
        convolutions + len(left),
        sum(report.taken_macs for report in reports),
        sum(report.macs for report in reports),
        len(sets),
        tuple(note for report in reports for note in report.notes),
    )
