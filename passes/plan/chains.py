"""Chains of convolutions of which each feeds the next one alone."""

from collections.abc import Iterable
from typing import NamedTuple

from xdsl.ir import Operation

from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.geometry.schemes import axes_of


class Link(NamedTuple):
    """Up to which `consumer` a convolution's result can stay inside of a module; else why not."""

    consumer: ConvolutionOp | None
    reason: str = ""


def link_of(op: ConvolutionOp) -> Link:
    """The convolution that alone reads the result, as its input.

    A result with several users (a residual, a squeeze-and-excite branch) has to be stored, and so
    has one that is an epilogue operand.
    """
    users = list(op.result.uses)
    if len(users) != 1:
        return Link(None, f"its result has {len(users)} uses")
    consumer = users[0].operation
    if not isinstance(consumer, ConvolutionOp):
        return Link(None, f"its result goes to {consumer.name}")
    if users[0].index != 0:
        return Link(None, "its result is an epilogue operand")
    if consumer.schedule is not None or op.schedule is not None:
        return Link(None, "a schedule was given")
    if block_of(op.result_type) == 1:
        return Link(None, "its result is not in channel blocks")
    for each in (op, consumer):
        axis, _ = axes_of(each)
        if axis.stride > axis.kernel:
            return Link(None, f"a stride of {axis.stride} skips rows of a {axis.kernel}-row kernel")
    return Link(consumer)


def chains_of(ops: Iterable[Operation]) -> list[list[ConvolutionOp]]:
    """Every convolution of a block, in the longest chains that links allow, in program order."""
    convolutions = [op for op in ops if isinstance(op, ConvolutionOp)]
    following = {op: link_of(op).consumer for op in convolutions}
    fed = {consumer for consumer in following.values() if consumer is not None}
    chains: list[list[ConvolutionOp]] = []
    for op in convolutions:
        if op in fed:
            continue
        chain = [op]
        while (consumer := following[chain[-1]]) is not None:
            chain.append(consumer)
        chains.append(chain)
    return chains
