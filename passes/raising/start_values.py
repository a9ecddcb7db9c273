"""What named operations of linalg add to: the tensors in `outs`, before they are raised.

Frontends write a bias as a tensor of the result's shape that repeats a value per channel, and the
absence of one as a tensor of zeros.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects import tensor
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.dialects.linalg.ops import BroadcastOp, FillOp
from xdsl.ir import SSAValue

from convopt.passes.raising.axes import permuted, reshaped
from convopt.passes.raising.bodies import LoopOfAxis, axes_of, is_parallel, maps_of
from convopt.passes.raising.known import constant_array
from convopt.passes.raising.values import Raising, RaisingError, shape_of


@dataclass(frozen=True)
class Spread:
    """A tensor that repeats the elements of a smaller one, which is raised.

    `axes` are, for each axis of the tensor, the axis of `source` that runs along it, or None.
    """

    source: SSAValue
    axes: LoopOfAxis


def number_of(value: SSAValue) -> float | None:
    """The number that all elements of a tensor are, where that is easy to see."""
    op = value.owner
    if isinstance(op, tensor.ExpandShapeOp | tensor.CollapseShapeOp):
        return number_of(op.src)
    array = constant_array(op.inputs[0] if isinstance(op, FillOp) else value)
    if array is None or not bool((array == array.flat[0]).all()):
        return None
    return float(array.flat[0])


def spread_of(raising: Raising, value: SSAValue) -> Spread | None:
    """What a tensor repeats, where it does; its source is raised."""
    op = value.owner
    if isinstance(op, BroadcastOp):
        return Spread(raising.value(op.input, op), broadcast_axes(op))
    if isinstance(op, LinalgStructuredOperation):
        copied = copied_operand(op)
        if copied is None:
            return None
        source, axes = copied
        return Spread(raising.value(source, op), axes)
    if isinstance(op, tensor.ExpandShapeOp):
        inner = spread_of(raising, op.src)
        return None if inner is None else _expanded(raising, inner, op)
    return None


def broadcast_axes(op: BroadcastOp) -> LoopOfAxis:
    """For each axis of the result the axis of the input, or None."""
    added = set(op.dimensions.get_values())
    rank = len(added) + len(op.input.type.get_shape())  # type: ignore[attr-defined]
    kept = [axis for axis in range(rank) if axis not in added]
    return tuple(kept.index(axis) if axis in kept else None for axis in range(rank))


def copied_operand(op: LinalgStructuredOperation) -> tuple[SSAValue, LoopOfAxis] | None:
    """The operand that a broadcast copies, and for each axis of its result that of the operand.

    None for operations that compute, or that neither repeat nor leave every element in place.
    """
    if len(op.inputs) != 1 or len(op.outputs) != 1 or not is_parallel(op):
        return None
    block = op.body.block
    first = block.first_op
    if first is None or first is not block.last_op or list(first.operands) != [block.args[0]]:
        return None
    source_map, result_map = maps_of(op)
    try:
        taken = axes_of(op, source_map, op.inputs[0])
        made = axes_of(op, result_map, op.outputs[0])
    except RaisingError:
        return None
    if None in made or len(taken) == len(made):
        return None
    return op.inputs[0], tuple(taken.index(loop) if loop in taken else None for loop in made)


def channel_values(
    raising: Raising, spread: Spread, axes: Sequence[str], sizes: Mapping[str, int]
) -> SSAValue | None:
    """One value a channel, [groups * filters], if that is what is spread over a result; else None.

    `axes` are those of the result, see forms.py.
    """
    along = {
        axis: source
        for axis, source in zip(axes, spread.axes, strict=True)
        if source is not None and sizes[axis] > 1
    }
    channels = [axis for axis in "gf" if sizes.get(axis, 1) > 1]
    if sorted(along) != sorted(channels):
        return None
    order = [along[axis] for axis in channels]
    others = [axis for axis in range(len(shape_of(spread.source))) if axis not in order]
    moved = permuted(raising, spread.source, [*order, *others])
    return reshaped(raising, moved, [sizes.get("g", 1) * sizes.get("f", 1)])


def _expanded(raising: Raising, inner: Spread, op: tensor.ExpandShapeOp) -> Spread:
    """What the axes of a reshaped tensor repeat, after the source is reshaped alike."""
    sizes = op.static_output_shape.get_values()
    source_shape = [[size] for size in shape_of(inner.source)]
    places: list[tuple[int, int] | None] = []
    for axis, parts in zip(inner.axes, groups_of(op), strict=True):
        if axis is None:
            places += [None] * len(parts)
            continue
        source_shape[axis] = [sizes[part] for part in parts]
        places += [(axis, number) for number in range(len(parts))]
    begins = [sum(len(parts) for parts in source_shape[:axis]) for axis in range(len(source_shape))]
    source = reshaped(raising, inner.source, [size for parts in source_shape for size in parts])
    axes = tuple(None if place is None else begins[place[0]] + place[1] for place in places)
    return Spread(source, axes)


def groups_of(op: tensor.ExpandShapeOp) -> list[list[int]]:
    """The axes that each axis of a tensor is parted into."""
    return [[part.value.data for part in group] for group in op.reassociation]
