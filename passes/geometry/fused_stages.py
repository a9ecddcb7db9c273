"""The stages of a fused module."""

from itertools import pairwise

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.ops.yield_op import YieldOp


def chain_of(op: FusedOp) -> list[ConvolutionOp]:
    """The stages, each fed by the one before. Raises ConvoptError for what is no such chain."""
    *stages, last = op.body.block.ops
    assert isinstance(last, YieldOp)
    convolutions: list[ConvolutionOp] = []
    for stage in stages:
        if not isinstance(stage, ConvolutionOp):
            raise ConvoptError(f"expected convolutions in conv.fused, found {stage.name}")
        convolutions.append(stage)
    if len(convolutions) < 2:
        raise ConvoptError(f"expected two stages or more, found {len(convolutions)}")
    for number, (stage, following) in enumerate(pairwise(convolutions), 1):
        users = [use.operation for use in stage.result.uses]
        if users != [following] or following.input is not stage.result:
            found = ", ".join(user.name for user in users) or "no use"
            raise ConvoptError(
                f"expected the result of stage {number} to be the input of stage {number + 1} "
                f"and nothing else, found {found}"
            )
    if last.arguments[0] is not convolutions[-1].result:
        raise ConvoptError("expected the last stage's result to be yielded, found another value")
    return convolutions
