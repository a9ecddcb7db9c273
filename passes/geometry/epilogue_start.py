"""Which operand of an epilogue accumulators can start from."""

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import arith
from xdsl.ir import BlockArgument, Operation, Region


class EpilogueStart(NamedTuple):
    """The position of the extra operand, and the addition that it makes superfluous."""

    extra: int
    addition: Operation


def start_of(epilogue: Region, per_channel: Sequence[bool]) -> EpilogueStart | None:
    """A leading addition of an operand with one value a channel; None where there is none.

    `per_channel[e]` says whether extra `e` has one value a channel.
    """
    block = epilogue.first_block
    if block is None:
        return None
    accumulator = block.args[0]
    users = [use.operation for use in accumulator.uses]
    if len(users) != 1 or not isinstance(users[0], arith.AddfOp):
        return None
    add = users[0]
    other = add.rhs if add.lhs is accumulator else add.lhs
    if not isinstance(other, BlockArgument) or other is accumulator:
        return None
    extra = other.index - 1
    return EpilogueStart(extra, add) if per_channel[extra] else None
