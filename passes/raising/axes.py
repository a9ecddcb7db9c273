"""Reordering, splitting and joining axes, as few operations of the conv dialect as possible."""

from collections.abc import Mapping, Sequence
from math import prod

from xdsl.ir import SSAValue

from convopt.convdialect.ops.structure import ReshapeOp, TransposeOp
from convopt.passes.raising.values import Raising, shape_of


def reshaped(raising: Raising, value: SSAValue, shape: Sequence[int]) -> SSAValue:
    """The same elements under another shape.

    A reshape that only joins axes which a transpose moves together goes before it, where it may
    meet the reshape that parted them.
    """
    if shape_of(value) == tuple(shape):
        return value
    transpose = value.owner
    if isinstance(transpose, TransposeOp):
        permutation = list(transpose.permutation.get_values())
        runs = _runs(shape_of(value), shape)
        if runs is not None and all(_is_run([permutation[at] for at in run]) for run in runs):
            sources = [[permutation[at] for at in run] for run in runs]
            order = sorted(range(len(runs)), key=sources.__getitem__)
            joined_first = raising.emit(ReshapeOp(transpose.input, [shape[at] for at in order]))
            return permuted(raising, joined_first, [order.index(at) for at in range(len(runs))])
    return raising.emit(ReshapeOp(value, shape))


def permuted(raising: Raising, value: SSAValue, permutation: Sequence[int]) -> SSAValue:
    """Axis i of the result is axis permutation[i] of the value."""
    shape = shape_of(value)
    moving = [axis for axis in permutation if shape[axis] != 1]
    if moving == sorted(moving):  # nothing moves in memory
        return reshaped(raising, value, [shape[axis] for axis in permutation])
    return raising.emit(TransposeOp(value, permutation))


def joined(
    raising: Raising, value: SSAValue, axes: Sequence[str], target: Sequence[Sequence[str]]
) -> SSAValue:
    """A value of the axes `axes` with those of each item of `target` in order, joined to one.

    Axes that the value does not have are of size one: `"nhwc"` to `("n", "gc", "h", "w")`.
    """
    sizes = dict(zip(axes, shape_of(value), strict=True))
    order = [axis for item in target for axis in item if axis in sizes]
    moved = permuted(raising, value, [list(axes).index(axis) for axis in order])
    return reshaped(raising, moved, _joined_shape(sizes, target))


def parted(
    raising: Raising,
    value: SSAValue,
    source: Sequence[Sequence[str]],
    axes: Sequence[str],
    sizes: Mapping[str, int],
) -> SSAValue:
    """The reverse of `joined`: a value of the axes `axes`, whose sizes are given."""
    order = [axis for item in source for axis in item if axis in axes]
    split = reshaped(raising, value, [sizes[axis] for axis in order])
    return permuted(raising, split, [order.index(axis) for axis in axes])


def _joined_shape(sizes: Mapping[str, int], target: Sequence[Sequence[str]]) -> list[int]:
    return [prod(sizes.get(axis, 1) for axis in item) for item in target]


def image_axes(axes: Sequence[str], last: Sequence[str]) -> list[list[str]]:
    """What `joined` makes images (N, C, H, W) of, with the axes `last` as height and width."""
    others = [axis for axis in axes if axis not in last]
    return [others[:1], others[1:], list(last[:-1]), list(last[-1:])]


def aligned(
    raising: Raising, value: SSAValue, loops: Sequence[int | None], order: Sequence[int]
) -> SSAValue:
    """A value whose axes run along `loops`, so that it broadcasts to a result of the loops `order`.

    Axes of size one, which run along None, are dropped, and others of size one put in.
    """
    if not loops:
        return value
    places = {order.index(loop): axis for axis, loop in enumerate(loops) if loop is not None}
    kept = [places[place] for place in sorted(places)]
    units = [axis for axis, loop in enumerate(loops) if loop is None]
    moved = permuted(raising, value, [*kept, *units])
    sizes = shape_of(value)
    # As many axes in front as there were, so that nothing changes where nothing has to.
    first = max(min(*places, len(order) - len(loops)), 0) if places else len(order) - 1
    shape = [sizes[places[at]] if at in places else 1 for at in range(first, len(order))]
    return reshaped(raising, moved, shape or [1])


def _runs(shape: Sequence[int], joined_shape: Sequence[int]) -> list[list[int]] | None:
    """Which axes of a shape are one in another, where axes are only joined; else None.

    Axes of size one go with those behind them.
    """
    runs: list[list[int]] = []
    axis = 0
    for size in joined_shape:
        run: list[int] = []
        product = 1
        while axis < len(shape) and (not run or product < size):
            run.append(axis)
            product *= shape[axis]
            axis += 1
        if not run or product != size:
            return None
        runs.append(run)
    return runs if axis == len(shape) else None


def _is_run(axes: Sequence[int]) -> bool:
    return list(axes) == list(range(axes[0], axes[0] + len(axes)))
