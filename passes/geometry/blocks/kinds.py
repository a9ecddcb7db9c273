"""Which convolutions one kernel can hold, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from convopt.passes.geometry.convolution import Convolution


class ModuleKind(Enum):
    """Which stages follow each other: reductions over channels, and depthwise convolutions.

    A kernel of one stage is a module, too. PW stands for any reduction there.
    """

    PW = "PW"
    DW = "DW"
    PWDW = "PWDW"
    DWPW = "DWPW"
    PWPW = "PWPW"
    PWDWPW = "PWDWPW"


@dataclass(frozen=True)
class Stages:
    """The convolutions of a kernel, of which each reads what the one before it makes."""

    kind: ModuleKind
    stages: tuple[Convolution, ...]

    @staticmethod
    def of(stages: Sequence[Convolution]) -> "Stages | None":
        """The kernel that the stages make, if any."""
        if len(stages) == 1:
            (stage,) = stages
            return Stages(ModuleKind.DW if stage.is_depthwise else ModuleKind.PW, (stage,))
        if not all(a.feeds(b) for a, b in pairwise(stages)):
            return None
        name = "".join(map(_letters, stages))
        known = [kind for kind in ModuleKind if kind.value == name]
        return Stages(known[0], tuple(stages)) if known else None

    @property
    def first(self) -> Convolution:
        return self.stages[0]

    @property
    def last(self) -> Convolution:
        return self.stages[-1]

    @property
    def window(self) -> Convolution:
        """The stage that spatial tiles are cut for: the depthwise one, where there is one."""
        return next((stage for stage in self.stages if stage.is_depthwise), self.stages[-1])


def _letters(stage: Convolution) -> str:
    """A convolution of one channel with one filter might be both; it makes no module."""
    if stage.is_depthwise == stage.is_pointwise:
        return "-"
    return "DW" if stage.is_depthwise else "PW"
