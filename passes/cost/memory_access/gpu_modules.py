"""Elements that fused modules move between global and shared memory of a GPU.

The intermediate never leaves the block. Kinds after FusePlanner (Qararyah et al., "Fusing Depthwise
and Pointwise Convolutions for Efficient Inference on GPUs", arXiv 2404.19331), re-derived with
exact halos; DWPW streams its channels in chunks, so that it is not bound to few of them.

A block makes some filters of a spatial tile of the last stage's output. nS: spatial tiles of all
images; nF: filter tiles; RH, RW: inputs of the depthwise convolution that the tiles touch, summed
over rows and over columns.

| kind | input | weights | held in shared memory |
|---|---|---|---|
| PW-DW | nF C RH RW | nS (all of both) | filters x touched pixels |
| DW-PW | nF C RH RW | nS (PW + nF DW) | 32 channels x pixels |
| PW-PW | nF C H W | nS (second + nF first) | all intermediate channels x pixels |
| PW-DW-PW | nF C RH RW | nS (last + nF (first + DW)) | C x touched pixels, 32 x touched and own |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from convopt.passes.cost.memory_access.gpu_limits import STREAMED_CHANNELS, GpuLimits
from convopt.passes.cost.memory_access.halo import ImageCut
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.convolution import Convolution


class ModuleKind(Enum):
    """Which stages follow each other: pointwise and depthwise convolutions."""

    PWDW = "PWDW"
    DWPW = "DWPW"
    PWPW = "PWPW"
    PWDWPW = "PWDWPW"


@dataclass(frozen=True)
class Module:
    """Stages of which each reads what the one before it makes."""

    kind: ModuleKind
    stages: tuple[Convolution, ...]

    @staticmethod
    def of(stages: Sequence[Convolution]) -> "Module | None":
        """The module that the stages make, if any."""
        if not all(a.feeds(b) for a, b in pairwise(stages)):
            return None
        name = "".join(map(_letters, stages))
        known = [kind for kind in ModuleKind if kind.value == name]
        return Module(known[0], tuple(stages)) if known else None

    @property
    def window(self) -> Convolution:
        """The stage that spatial tiles are cut for: the depthwise one, where there is one."""
        return next((stage for stage in self.stages if stage.is_depthwise), self.stages[-1])

    def traffic(self, cut: ImageCut, filters: int) -> Traffic:
        """Elements between global and shared memory; `cut` of the window's image."""
        first, last = self.stages[0], self.stages[-1]
        again = -(-last.outputs // filters)
        early = sum(stage.weight_elements for stage in self.stages[:-1])
        # behind a depthwise stage a filter tile needs its own channels alone, else all of them
        early_again = 1 if self.kind is ModuleKind.PWDW else again
        return Traffic(
            input=again * first.batch * first.channels * cut.inputs,
            weights=cut.tiles * (early_again * early + last.weight_elements),
            output=last.output_elements,
        )

    def redundancy(self, cut: ImageCut, filters: int) -> float:
        """How much of the first stage is done again, as a share of all of it."""
        first, last = self.stages[0], self.stages[-1]
        again = -(-last.outputs // filters)
        if self.kind in (ModuleKind.DWPW, ModuleKind.PWPW):
            return again - 1
        made = cut.inputs / (first.rows.outputs * first.columns.outputs)
        return made - 1 if self.kind is ModuleKind.PWDW else again * made - 1

    def fits(self, cut: ImageCut, filters: int, limits: GpuLimits) -> bool:
        """Whether a block has room for the tile, and every multiprocessor gets a block."""
        first, last = self.stages[0], self.stages[-1]
        if cut.tiles * -(-last.outputs // filters) < limits.sms:
            return False
        touched, outputs, chunk = cut.largest_inputs, cut.largest_outputs, STREAMED_CHANNELS
        if self.kind is ModuleKind.PWDW:
            shared = filters * (touched + chunk + last.taps)
            return limits.hold(shared=shared, sums=filters * touched)
        if self.kind is ModuleKind.DWPW:
            return limits.hold(shared=chunk * (outputs + filters), sums=filters * outputs)
        if self.kind is ModuleKind.PWPW:
            widest = max(filters, first.outputs)
            shared = first.outputs * outputs + chunk * widest
            return limits.hold(shared=shared, sums=widest * outputs)
        weights = chunk * (chunk + self.window.taps + filters)
        shared = first.channels * touched + chunk * (touched + outputs) + weights
        return limits.hold(shared=shared, sums=filters * outputs + chunk * touched)


def _letters(stage: Convolution) -> str:
    """A convolution of one channel with one filter might be both; it makes no module."""
    if stage.is_depthwise == stage.is_pointwise:
        return "-"
    return "DW" if stage.is_depthwise else "PW"
