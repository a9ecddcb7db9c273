"""What fusion saves of one pair's or one network's traffic."""

from collections.abc import Iterable
from dataclasses import dataclass

from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.memory_access.traffic import Traffic


@dataclass(frozen=True)
class Saving:
    """Elements beyond L2 of a CPU, or between global and shared memory of a GPU.

    `apart`: every convolution a kernel of its own; `fused`: as a module, or the network with the
    modules that the planner chooses. `modules`: how many of them. `is_chosen`: whether the planner
    fuses a pair; `kind`: how a GPU's planner calls its module.
    """

    name: str
    network: str
    target: str
    on_gpu: bool
    apart: Traffic
    fused: Traffic
    modules: int
    is_chosen: bool = True
    kind: str = ""

    @property
    def is_network(self) -> bool:
        return self.name == self.network

    @property
    def apart_bytes(self) -> int:
        return FLOAT_BYTES * self.apart.total

    @property
    def fused_bytes(self) -> int:
        return FLOAT_BYTES * self.fused.total

    @property
    def share(self) -> float:
        """Of the traffic apart, what fusion saves; negative where it adds."""
        return 1 - self.fused.total / self.apart.total if self.apart.total else 0.0


def added(parts: Iterable[Traffic]) -> Traffic:
    """Each kind of element summed up."""
    total = Traffic()
    for part in parts:
        total = Traffic(*(a + b for a, b in zip(total, part, strict=True)))
    return total
