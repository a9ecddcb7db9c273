"""A contender's copy of the network, and its steps."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from convopt.benchmarks.torch_models.contenders import Contender
from convopt.benchmarks.training.images import Batch


class Learner:
    """Trains a copy of a module; the batches are in the contender's memory format from the start,
    as a loader would hand them out."""

    def __init__(
        self, contender: Contender, module: Any, batches: Sequence[Batch], learning_rate: float
    ) -> None:
        own = copy.deepcopy(module)
        self._function = contender.function(own)
        self._batches = [Batch(contender.image(one.images), one.labels) for one in batches]
        self._optimizer = torch.optim.SGD(own.parameters(), learning_rate)

    def step(self, number: int) -> Any:
        """Step `number` on the batch whose turn it is; the loss before it, a tensor."""
        batch = self._batches[number % len(self._batches)]
        self._optimizer.zero_grad()
        loss = cross_entropy(self._function(batch.images), batch.labels)
        loss.backward()
        self._optimizer.step()
        return loss.detach()
