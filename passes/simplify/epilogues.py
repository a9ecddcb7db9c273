"""Convolutions with other epilogues and operands, and the plainest epilogue: a bias."""

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith
from xdsl.ir import Operation, Region, SSAValue

from convopt.convdialect.constants import constant_value
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.regions import build_region

SEGMENT_SIZES = "operandSegmentSizes"


def with_epilogue(
    conv: ConvolutionOp,
    extras: list[SSAValue],
    epilogue: Region,
    *,
    input: SSAValue | None = None,
    filter: SSAValue | None = None,
    scale: SSAValue | None = None,
) -> ConvolutionOp:
    """The same kind of convolution with another epilogue, and other operands where given.

    Everything else is kept, except the location.
    """
    properties = {name: value for name, value in conv.properties.items() if name != SEGMENT_SIZES}
    return type(conv).build(
        operands=[
            conv.input if input is None else input,
            conv.filter if filter is None else filter,
            conv.scale if scale is None else scale,
            extras,
        ],
        properties=properties,
        attributes=dict(conv.attributes),
        regions=[epilogue],
        result_types=[conv.result_type],
    )


def take_epilogue(conv: ConvolutionOp) -> Region:
    """The epilogue, taken out of its operation, which is left with an empty region."""
    epilogue = Region()
    conv.epilogue.move_blocks(epilogue)
    return epilogue


def bias_epilogue() -> Region:
    """accumulator + extra"""
    return build_region(2, lambda arguments, b: b.add(*arguments))


def constant_bias(conv: ConvolutionOp) -> npt.NDArray[np.float64] | None:
    """The bias per output channel ([O]) of a convolution that adds nothing but constants.

    Zeros without an epilogue; None when the epilogue does anything else.
    """
    if not conv.has_epilogue:
        return np.zeros(conv.result_type.get_shape()[1])
    if len(conv.extras) != 1 or not combines_arguments(conv.epilogue, arith.AddfOp):
        return None
    bias = constant_value(conv.extras[0])
    return bias.astype(np.float64) if bias is not None and bias.ndim == 1 else None


def combines_arguments(region: Region, kind: type[Operation]) -> bool:
    """Whether a scalar region of two arguments returns `kind` (commutative) of the two."""
    ops = list(region.block.ops)
    if len(ops) != 2:
        return False
    combination, end = ops
    return (
        isinstance(combination, kind)
        and set(combination.operands) == set(region.block.args)
        and end.operands[0] is combination.results[0]
    )
