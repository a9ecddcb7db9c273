"""What may watch passes run."""

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
