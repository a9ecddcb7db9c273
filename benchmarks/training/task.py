"""What is trained on, and how: numbers only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """`steps` steps of gradient descent without momentum, on batches of `batch` images of `size` x
    `size` pixels, with `threads` threads."""

    steps: int
    batch: int
    size: int
    classes: int
    learning_rate: float
    seed: int
    threads: int
