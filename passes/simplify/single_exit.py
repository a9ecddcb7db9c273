"""Which elementwise operations can be computed where their first input is made.

A value's *single-exit region* is a set of elementwise operations such that nothing outside reads
anything inside, except the result of the last one, the exit. A chain is one; so is a diamond like
hard-swish written as add, clip, multiply, divide, where the multiplication reads the value again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xdsl.ir import Block, Operation, SSAValue

from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.passes.rewriting import users_of

Positions = dict[Operation, int]
"""Place of each operation in its block."""

Objection = Callable[[ElementwiseOp, frozenset[SSAValue]], str | None]
"""Why an operation cannot join a region that holds the given values, or None."""


@dataclass(frozen=True)
class SingleExitRegion:
    """The operations that can join, in program order, and why the next one cannot."""

    ops: tuple[ElementwiseOp, ...]
    obstacle: str


def positions_in(block: Block) -> Positions:
    """The place of each operation of a block."""
    return {op: index for index, op in enumerate(block.ops)}


def single_exit_region(
    seed: SSAValue, positions: Mapping[Operation, int], objection: Objection
) -> SingleExitRegion:
    """The largest single-exit region that reads `seed`.

    Grows in program order. `waiting` are the readers of values inside that are not inside
    themselves: whenever the next operation is the only one, it is an exit, and everything so far
    is a region.
    """
    values = frozenset([seed])
    waiting = set(users_of(seed))
    inside: list[ElementwiseOp] = []
    exit_count = 0
    while waiting:
        # A reader without a position stands in another block, after everything here.
        op = min(waiting, key=lambda each: positions.get(each, len(positions)))
        obstacle = _objection(op, positions, values, objection)
        if obstacle is not None:
            return SingleExitRegion(tuple(inside[:exit_count]), obstacle)
        assert isinstance(op, ElementwiseOp)
        waiting.remove(op)
        inside.append(op)
        if not waiting:
            exit_count = len(inside)
        values |= {op.result}
        waiting.update(users_of(op.result))
    return SingleExitRegion(tuple(inside[:exit_count]), "nothing reads the result")


def _objection(
    op: Operation,
    positions: Mapping[Operation, int],
    values: frozenset[SSAValue],
    objection: Objection,
) -> str | None:
    if op not in positions or not isinstance(op, ElementwiseOp):
        return f"{op.name} reads the value"
    return objection(op, values)
