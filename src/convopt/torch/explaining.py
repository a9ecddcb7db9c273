"""What convopt would take of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx

from convopt.torch.backend import convopt
from convopt.torch.report import GraphReport, collect


@dataclass(frozen=True)
class Explanation:
    """A report for each graph that Dynamo made of a model."""

    graphs: tuple[GraphReport, ...]

    @property
    def share(self) -> float:
        """The part of the convolutions' multiply-adds that convopt runs, 0 if there are none."""
        macs = sum(graph.macs for graph in self.graphs)
        return sum(graph.taken_macs for graph in self.graphs) / macs if macs else 0.0

    def __str__(self) -> str:
        count = len(self.graphs)
        share = f"{self.share:.0%} of the convolutions' multiply-adds"
        header = f"{count} graph{'s' * (count != 1)}, {share}"
        return "\n".join([header, *map(str, self.graphs)])


def explain(
    model: Any, *inputs: Any, options: Mapping[str, object] | None = None, **named: Any
) -> Explanation:
    """Compiles a model for some inputs, runs it once without gradients, and says what was taken."""

    def backend(module: fx.GraphModule, arguments: Sequence[Any]) -> Any:
        return convopt(module, arguments, options=options)

    compiled = torch.compile(model, backend=backend)
    with torch.no_grad(), collect() as reports:
        compiled(*inputs, **named)
    return Explanation(tuple(reports))
