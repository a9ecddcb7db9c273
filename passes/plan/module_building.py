"""Making one `conv.fused` of several convolutions."""

from collections.abc import Sequence
from itertools import zip_longest

from xdsl.ir import Block, Region, SSAValue

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.convdialect.schedules import BandAttr, BlockAttr, TileAttr
from convopt.passes.rewriting import replace_plainly


def build_module(
    stages: Sequence[ConvolutionOp],
    tiles: Sequence[TileAttr],
    schedule: BandAttr | BlockAttr,
) -> FusedOp:
    """Put the stages of a chain into a module, which takes the place of the last one.

    Every stage's result is used by the next stage alone. Filters, scales and epilogue operands
    become the module's operands, each once. `tiles`: of every stage, or none.
    """
    made = {stage.result for stage in stages}
    outside: dict[SSAValue, None] = {}
    for stage in stages:
        outside |= {value: None for value in stage.operands if value not in made}
    body = Block(arg_types=[value.type for value in outside])
    inside: dict[SSAValue, SSAValue] = dict(zip(outside, body.args, strict=True))
    for stage, tile in zip_longest(stages, tiles):
        copy = stage.clone(inside)
        copy.schedule = tile
        copy.location = stage.location
        inside[stage.result] = copy.result
        body.add_op(copy)
    last = stages[-1]
    body.add_op(YieldOp(inside[last.result]))
    fused = FusedOp(list(outside), Region(body), last.result_type, schedule)
    replace_plainly(last, fused, merged=stages[:-1])
    for stage in reversed(stages[:-1]):
        assert stage.parent is not None
        stage.parent.erase_op(stage)
    return fused
