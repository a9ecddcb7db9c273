"""What conv-fuse-modules asks of a kind of machine."""

from collections.abc import Sequence
from typing import Protocol

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import BandAttr, BlockAttr, TileAttr


class PlannedKernel(Protocol):
    """A layer or a module with its best schedule.

    `tiles`: of the stages, where the machine has such; `moved_bytes`: to and from where data is far
    away, as the planner's `far` calls it.
    """

    @property
    def seconds(self) -> float: ...

    @property
    def moved_bytes(self) -> int: ...

    @property
    def schedule(self) -> BandAttr | BlockAttr: ...

    @property
    def tiles(self) -> Sequence[TileAttr]: ...


class ModulePlanner(Protocol):
    """Plans layers and modules for one machine."""

    @property
    def far(self) -> str: ...

    def layer(self, op: ConvolutionOp) -> PlannedKernel:
        """A convolution on its own."""

    def module(self, stages: Sequence[ConvolutionOp]) -> PlannedKernel | None:
        """The stages as a module; None where they make none or nothing has room."""

    def nothing_to_gain(self, stages: Sequence[ConvolutionOp]) -> str:
        """Why a module cannot pay, without planning it; empty if it might."""

    def refusal(self, stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
        """Why a result cannot stay inside of a module, empty if it can."""
