"""Writing an epilogue (a region of scalar operations) on the vectors of a register tile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Block, BlockArgument, Operation, Region, SSAValue
from xdsl.utils.hints import isa

from convopt.passes.geometry.epilogue_start import start_of
from convopt.passes.lower.builder import KernelBuilder

LoadExtra = Callable[[int], SSAValue]
"""Gives the vector of an epilogue's extra operand, by its position, for the element at hand."""


@dataclass(frozen=True)
class Epilogue:
    """An epilogue split into the accumulator's start value and the operations at the end.

    A leading addition of a per-channel operand costs nothing as the start value.
    """

    region: Region | None
    start_extra: int | None
    skipped: Operation | None

    @staticmethod
    def of(region: Region, per_channel: Sequence[bool]) -> "Epilogue":
        """Split `region`; `per_channel[e]` says whether extra `e` has one value a channel."""
        if region.first_block is None:
            return Epilogue(None, None, None)
        start = start_of(region, per_channel)
        if start is None:
            return Epilogue(region, None, None)
        return Epilogue(region, start.extra, start.addition)

    def apply(
        self, builder: KernelBuilder, accumulator: SSAValue, load_extra: LoadExtra
    ) -> SSAValue:
        """The result for one vector of finished accumulators."""
        if self.region is None:
            return accumulator
        block = self.region.block
        known: dict[SSAValue, SSAValue] = {block.args[0]: accumulator}
        if self.skipped is not None:
            known[self.skipped.results[0]] = accumulator
        return inline_scalar_block(builder, block, known, builder.splat, load_extra, self.skipped)


def inline_scalar_block(
    builder: KernelBuilder,
    block: Block,
    known: dict[SSAValue, SSAValue],
    constant: Callable[[float], SSAValue],
    load_extra: LoadExtra | None = None,
    skip: Operation | None = None,
) -> SSAValue:
    """As `inline_scalar_values`, of a block that yields one value."""
    (value,) = inline_scalar_values(builder, block, known, constant, load_extra, skip)
    return value


def inline_scalar_values(
    builder: KernelBuilder,
    block: Block,
    known: dict[SSAValue, SSAValue],
    constant: Callable[[float], SSAValue],
    load_extra: LoadExtra | None = None,
    skip: Operation | None = None,
) -> list[SSAValue]:
    """Write a block of scalar operations on vectors (or scalars, as `constant` makes them).

    The result is what it yields.

    `known` maps the block's values to what stands for them.

    Block arguments that are not in `known` are extras, loaded at their first use.
    """

    def vector_of(value: SSAValue) -> SSAValue:
        if value not in known:
            assert isinstance(value, BlockArgument)
            assert load_extra is not None
            known[value] = load_extra(value.index - 1)
        return known[value]

    last = block.last_op
    assert last is not None
    for op in block.ops:
        if op is last:
            break
        if op is skip:
            continue
        if isinstance(op, arith.ConstantOp):
            assert isa(op.value, FloatAttr)
            known[op.result] = constant(op.value.value.data)
            continue
        operands = [vector_of(operand) for operand in op.operands]
        known[op.results[0]] = builder.scalar_op(op, operands)
    return [vector_of(each) for each in last.operands]
