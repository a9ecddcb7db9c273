"""Chains of convolutions of which each feeds the next one alone."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from xdsl.ir import Operation

from convopt.convdialect.ops.convolution import ConvolutionOp

Refusal: TypeAlias = Callable[[ConvolutionOp, ConvolutionOp], str]


class Link(NamedTuple):
    """Up to which `consumer` a convolution's result can stay inside of a module; else why not."""

    consumer: ConvolutionOp | None
    reason: str = ""


def no_refusal(stage: ConvolutionOp, consumer: ConvolutionOp) -> str:
    """Where the machine does not matter."""
    return ""


def link_of(op: ConvolutionOp, refusal: Refusal = no_refusal) -> Link:
    """The convolution that alone reads the result, as its input.

    A result with several users (a residual, a squeeze-and-excite branch) has to be stored, and so
    has one that is an epilogue operand. `refusal` says what else forbids it, or nothing.
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
    reason = refusal(op, consumer)
    return Link(None, reason) if reason else Link(consumer)


def chains_of(ops: Iterable[Operation], refusal: Refusal = no_refusal) -> list[list[ConvolutionOp]]:
    """Every convolution of a block, in the longest chains that links allow, in program order."""
    convolutions = [op for op in ops if isinstance(op, ConvolutionOp)]
    following = {op: link_of(op, refusal).consumer for op in convolutions}
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
