"""Images with something to learn in them."""

from dataclasses import dataclass
from typing import Any

import torch

from convopt.benchmarks.training.task import Task

BATCHES = 8
"""So many are drawn, and then used again and again."""

PATTERN = 0.5
"""A class's pattern in its images, as a part of the noise: standard deviations."""


@dataclass(frozen=True)
class Batch:
    """Images [N, 3, H, W] and their classes [N]."""

    images: Any
    labels: Any


def batches(task: Task, generator: Any) -> list[Batch]:
    """Each class has a random pattern; an image is its class's pattern, weakly, and noise."""
    side = task.size
    patterns = PATTERN * torch.randn(task.classes, 3, side, side, generator=generator)
    return [_batch(patterns, task, generator) for _ in range(BATCHES)]


def _batch(patterns: Any, task: Task, generator: Any) -> Batch:
    labels = torch.randint(task.classes, (task.batch,), generator=generator)
    noise = torch.randn(task.batch, *patterns.shape[1:], generator=generator)
    return Batch(patterns[labels] + noise, labels)
