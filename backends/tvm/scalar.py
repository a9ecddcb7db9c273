"""Epilogues as TVMScript expressions."""

from collections.abc import Callable, Mapping

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import FloatAttr
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.utils.hints import isa

from convopt.backends.tvm.script import Script
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.regions import comparison

_WRITERS: Mapping[type[Operation], str] = {
    arith.AddfOp: "{} + {}",
    arith.SubfOp: "{} - {}",
    arith.MulfOp: "{} * {}",
    arith.DivfOp: "{} / {}",
    arith.NegfOp: "T.float32(0) - {}",
    arith.MaxnumfOp: "T.max({}, {})",
    arith.MinnumfOp: "T.min({}, {})",
    # TVM's own exp and tanh become CUDA's fast and inexact ones
    math.ExpOp: 'T.call_pure_extern("float32", "expf", {})',
    math.TanhOp: 'T.call_pure_extern("float32", "tanhf", {})',
    math.RoundEvenOp: 'T.call_pure_extern("float32", "rintf", {})',
    arith.SIToFPOp: 'T.Cast("float32", {})',
    arith.FPToSIOp: 'T.Cast("int32", {})',
    math.SqrtOp: "T.sqrt({})",
    math.AbsFOp: "T.abs({})",
    arith.SelectOp: "T.Select({}, {}, {})",
}
_COMPARISONS = {"ogt": "{} > {}", "oge": "{} >= {}", "olt": "{} < {}", "ole": "{} <= {}"}


def write_scalars(
    script: Script, block: Block, accumulator: str, operand: Callable[[int], str]
) -> str:
    """Write a scalar region for one element; returns the name of what it yields.

    `operand` gives the region's argument by its position after the accumulator.
    """
    known: dict[SSAValue, str] = {block.args[0]: accumulator}

    def name_of(value: SSAValue) -> str:
        if value not in known:
            assert isinstance(value, BlockArgument)
            known[value] = script.let("a", operand(value.index - 1))
        return known[value]

    for op in block.ops:
        if isinstance(op, YieldOp):
            return name_of(op.arguments[0])
        if isinstance(op, arith.ConstantOp):
            assert isa(op.value, FloatAttr)
            known[op.result] = f"T.float32({float_text(op.value.value.data)})"
            continue
        operands = [name_of(each) for each in op.operands]
        if isinstance(op, arith.CmpfOp):
            known[op.result] = f"({_COMPARISONS[comparison(op)].format(*operands)})"
            continue
        known[op.results[0]] = script.let("v", _WRITERS[type(op)].format(*operands))
    raise ValueError("expected a region that ends in conv.yield")


def float_text(value: float) -> str:
    """As the argument of T.float32: `6.0`, or `"inf"`."""
    text = repr(value)
    return text if text[-1].isdigit() else repr(text)
