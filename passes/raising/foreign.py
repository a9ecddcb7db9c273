"""Which modules hold what other tools print."""

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

FOREIGN = ("linalg", "tensor")
"""Dialects that functions are raised from."""


def is_foreign(function: FuncOp) -> bool:
    """Whether a function holds operations to raise."""
    ops = (op for block in function.body.blocks for op in block.ops)
    return any(op.name.partition(".")[0] in FOREIGN for op in ops)


def holds_linalg(module: ModuleOp) -> bool:
    """Whether a function of the module is to be raised."""
    return any(isinstance(op, FuncOp) and is_foreign(op) for op in module.ops)
