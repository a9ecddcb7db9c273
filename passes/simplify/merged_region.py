"""One scalar region in place of several: what a single-exit region computes for each element."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, TensorType
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from convopt.convdialect.constants import constant_value
from convopt.convdialect.element_types import element_of, widened
from convopt.convdialect.regions import ScalarBuilder, build_typed_region


def uniform_value(value: SSAValue) -> float | None:
    """The number that every element of a constant is (bit for bit), or None."""
    array = constant_value(value)
    if array is None:
        return None
    bits = array.ravel().view(np.uint32)
    return float(array.flat[0]) if bool((bits == bits[0]).all()) else None


@dataclass
class MergedRegion:
    """Collects operands and stages of a merged scalar region, then builds it."""

    operands: list[SSAValue] = field(default_factory=list)
    """What the arguments of the region stand for, each once."""
    _scalars: dict[SSAValue, float] = field(default_factory=dict)
    _stages: list[tuple[Region, Sequence[SSAValue], SSAValue]] = field(default_factory=list)

    def add_operand(self, value: SSAValue) -> None:
        """`value` becomes an argument, unless it is one already."""
        if value not in self.operands:
            self.operands.append(value)

    def add_scalar(self, value: SSAValue, number: float) -> None:
        """`value` becomes a constant inside."""
        self._scalars[value] = number

    def add_stage(self, region: Region, arguments: Sequence[SSAValue], result: SSAValue) -> None:
        """Computes `region` of earlier operands, scalars and results; gives it as `result`."""
        self._stages.append((region, arguments, result))

    def build(self) -> Region:
        """A region of one argument for each operand that yields the last stage's result."""
        region = build_typed_region([_scalar_type(each) for each in self.operands], self._write)
        _merge_constants(region.block)
        return region

    def _write(self, arguments: Sequence[SSAValue], b: ScalarBuilder) -> SSAValue:
        values = dict(zip(self.operands, arguments, strict=True))
        for value, number in self._scalars.items():
            values[value] = b.constant(number)
        for region, inputs, result in self._stages:
            values[result] = b.inline(region, [values[each] for each in inputs])
        return values[self._stages[-1][2]]


def _scalar_type(operand: SSAValue) -> Attribute:
    """What a region gets for a tensor; an accumulator is a scalar already."""
    tensor = operand.type
    return widened(element_of(tensor)) if isinstance(tensor, TensorType) else tensor


def _merge_constants(block: Block) -> None:
    """Leaves one constant of each value, at the start of the block; drops unused ones."""
    first: dict[bytes, Operation] = {}
    for op in list(block.ops):
        if not isinstance(op, arith.ConstantOp):
            continue
        assert isinstance(op.value, FloatAttr)
        # By its bits: 0.0 and -0.0 compare equal and are different constants.
        kept = first.setdefault(np.float32(op.value.value.data).tobytes(), op)
        if kept is not op:
            op.result.replace_all_uses_with(kept.results[0])
        if kept is not op or op.result.first_use is None:
            block.erase_op(op)
