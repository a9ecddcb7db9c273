"""Elementwise operations on a flattened pixel, computed before it is flattened.

A fully connected layer is a convolution on one pixel and a reshape from [N, C, 1, 1] to [N, C];
its bias and activation come after the reshape, where no epilogue can reach them.
"""

from collections.abc import Sequence

from xdsl.dialects.builtin import NoneAttr
from xdsl.ir import Operation, SSAValue

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.structure import ReshapeOp


def before_reshape(op: ElementwiseOp) -> list[Operation] | None:
    """Operations that compute `op` on what its reshaped inputs were; None when it does not apply.

    All inputs must be reshapes that drop the same axes of size one at the end, from tensors of one
    shape, or constants. The last operation returned is the reshape of the new result.
    """
    reshape = _dropping_reshape(op.inputs)
    if reshape is None or op.result.type != reshape.result.type:
        return None
    dropped = reshape.input_type.get_num_dims() - reshape.result_type.get_num_dims()
    inputs: list[SSAValue] = []
    constants: list[Operation] = []
    for value in op.inputs:
        array = constant_value(value)
        if array is not None:
            # Without axes a number still broadcasts to everything.
            axes = (1,) * dropped if array.ndim else ()
            constants.append(constant(array.reshape(array.shape + axes)))
            inputs.append(constants[-1].results[0])
        elif isinstance(value.owner, ReshapeOp) and value.owner.input.type == reshape.input.type:
            inputs.append(value.owner.input)
        else:
            return None
    computed = ElementwiseOp(inputs, op.body.clone(), reshape.input_type, location=op.location)
    shape = reshape.result_type.get_shape()
    return [*constants, computed, ReshapeOp(computed, shape, location=reshape.location)]


def _dropping_reshape(inputs: Sequence[SSAValue]) -> ReshapeOp | None:
    """The first input that only drops axes of size one at the end of a plain tensor, if any."""
    for value in inputs:
        reshape = value.owner
        if isinstance(reshape, ReshapeOp) and _drops_ones(reshape.input_type, reshape.result_type):
            return reshape
    return None


def _drops_ones(before: ConvTensor, after: ConvTensor) -> bool:
    if before.encoding != NoneAttr() or after.encoding != NoneAttr():
        return False
    kept = len(after.get_shape())
    dropped = before.get_shape()[kept:]
    return bool(dropped) and before.get_shape() == (*after.get_shape(), *[1] * len(dropped))
