"""Feature maps that stand in a graph as [N, H, W, C]: transpositions that need not be done.

What works on each pixel alone works on [N, C, H, W] as well; the transposition goes behind it,
where the next one undoes it.
"""

from collections.abc import Sequence

from xdsl.ir import Operation, SSAValue

from convopt.convdialect.ops.structure import ReshapeOp, TransposeOp
from convopt.frontends.building.function import shape_of

CHANNELS_LAST = (0, 2, 3, 1)


def feature_map_of(value: SSAValue) -> SSAValue | None:
    """The [N, C, H, W] that a value [N, H, W, C] is the transposition of, if it is one."""
    owner = value.owner
    if not isinstance(owner, TransposeOp) or owner.permutation.get_values() != CHANNELS_LAST:
        return None
    return owner.input


def feature_map_of_rows(value: SSAValue) -> SSAValue | None:
    """The [N, C, H, W] whose pixels are the rows [..., C] of a value, if that is what it is."""
    while (
        isinstance(value.owner, ReshapeOp)
        and shape_of(value.owner.input)[-1:] == shape_of(value)[-1:]
    ):
        value = value.owner.input
    return feature_map_of(value)


def before_transposing(values: Sequence[SSAValue]) -> list[SSAValue | Operation] | None:
    """Operands [N, C, H, W], and [C, 1, 1] in place of [C], that mean the same as the given ones.

    None unless one of these is a feature map [N, H, W, C] and all are that or a value a channel.
    Operations among the results are to be added.
    """
    found: list[SSAValue | Operation] = []
    for value in values:
        turned = feature_map_of(value)
        if turned is not None:
            found.append(turned)
        elif len(shape_of(value)) == 1:
            found.append(ReshapeOp(value, (*shape_of(value), 1, 1)))
        else:
            return None
    return found if any(isinstance(each, SSAValue) for each in found) else None
