"""What may watch passes run."""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp
    from xdsl.passes import ModulePass


class PassObserver:
    """Something that watches passes run; every method may do nothing."""

    def before(self, step: "ModulePass", module: "ModuleOp") -> None:
        """Called before each pass."""

    def after(self, step: "ModulePass", module: "ModuleOp") -> None:
        """Called after each pass that succeeded."""

    def failed(self, step: "ModulePass", module: "ModuleOp") -> None:
        """Called when a pass, or the check of what it left, failed."""


@dataclass
class PassClock(PassObserver):
    """Seconds of each pass, and of the other phases that report themselves."""

    seconds: list[tuple[str, float]] = field(default_factory=list)
    _began: float = field(default=0.0, init=False)

    def before(self, step: "ModulePass", module: "ModuleOp") -> None:
        self._began = time.perf_counter()

    def after(self, step: "ModulePass", module: "ModuleOp") -> None:
        self.add(step.name, time.perf_counter() - self._began)

    def add(self, phase: str, seconds: float) -> None:
        self.seconds.append((phase, seconds))
