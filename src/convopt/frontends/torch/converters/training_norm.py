"""Batch norm with the statistics of the batch, and its gradients.

Sums over images and pixels are taken once, of several terms; all else is elementwise, so that it
moves into the operations around it.
"""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.convdialect.regions import ScalarBuilder, ScalarFunction, build_region
from convopt.frontends.building.function import Unsupported, shape_of
from convopt.frontends.torch.context import NodeContext
from convopt.frontends.torch.converters.table import Results, converts


@converts("_native_batch_norm_legit_functional")
def batch_norm(context: NodeContext) -> Results:
    """The result, mean and 1 / deviation of the batch, and the new running mean and variance.

    The sums are of differences to the mean of the first image, which is near that of all: squares
    of large numbers would leave nothing of a small variance.
    """
    if not context.argument("training"):
        raise Unsupported("expected batch norm that trains, found one with fixed statistics")
    x = context.feature_map("input")
    count = _count(x)
    epsilon, momentum = context.number("eps"), context.number("momentum")
    near = _mean_of_first_image(context, x)
    old_mean, old_variance = (_channels(context, name) for name in ("running_mean", "running_var"))
    total, squares = _sums(context, [x, near], _difference_and_square)

    def of_mean(b: ScalarBuilder, total: SSAValue, near: SSAValue) -> SSAValue:
        return b.add(b.mul(total, b.constant(1 / count)), near)

    def of_variance(b: ScalarBuilder, total: SSAValue, squares: SSAValue) -> SSAValue:
        offset = b.mul(total, b.constant(1 / count))
        spread = b.sub(b.mul(squares, b.constant(1 / count)), b.mul(offset, offset))
        return b.maximum(spread, b.constant(0.0))

    def of_inverse(b: ScalarBuilder, total: SSAValue, squares: SSAValue) -> SSAValue:
        spread = b.add(of_variance(b, total, squares), b.constant(epsilon))
        return b.div(b.constant(1.0), b.sqrt(spread))

    def new_variance(
        b: ScalarBuilder, total: SSAValue, squares: SSAValue, old: SSAValue
    ) -> SSAValue:
        unbiased = b.mul(of_variance(b, total, squares), b.constant(count / (count - 1)))
        return _mixed(b, old, unbiased, momentum)

    mean = context.elementwise([total, near], of_mean)
    inverse = context.elementwise([total, squares], of_inverse)
    scale = _scale(context, inverse)
    results = [
        context.elementwise([x, scale, _offset(context, mean, scale)], _affine),
        mean,
        inverse,
        context.elementwise([old_mean, mean], lambda b, old, new: _mixed(b, old, new, momentum)),
        context.elementwise([total, squares, old_variance], new_variance),
    ]
    return (results[0], *(_vector(context, each) for each in results[1:]))


@converts("native_batch_norm_backward")
def batch_norm_backward(context: NodeContext) -> Results:
    """With g the gradient, m the mean, i = 1 / deviation and n numbers a channel, the gradients are
    w * i * (g - sum(g) / n - (x - m) * i^2 * sum(g * (x - m)) / n), i * sum(g * (x - m)), sum(g).
    """
    if not context.argument("train"):
        raise Unsupported("expected batch norm that trains, found one with fixed statistics")
    grad, x = context.feature_map("grad_out"), context.feature_map("input")
    count = _count(x)
    mean, inverse = _channels(context, "save_mean"), _channels(context, "save_invstd")
    total, products = _sums(context, [grad, x, mean], _grad_and_product)
    scale = _scale(context, inverse)

    def of_difference(
        b: ScalarBuilder, scale: SSAValue, inverse: SSAValue, products: SSAValue
    ) -> SSAValue:
        share = b.mul(b.mul(inverse, inverse), b.mul(products, b.constant(-1 / count)))
        return b.mul(scale, share)

    def of_one(b: ScalarBuilder, scale: SSAValue, total: SSAValue) -> SSAValue:
        return b.mul(scale, b.mul(total, b.constant(-1 / count)))

    def of_input(b: ScalarBuilder, *values: SSAValue) -> SSAValue:
        grad, x, mean, scale, slope, offset = values
        return b.add(b.add(b.mul(grad, scale), b.mul(b.sub(x, mean), slope)), offset)

    wants_input, wants_weight, wants_bias = context.argument("output_mask")
    by_input = None
    if wants_input:
        slope = context.elementwise([scale, inverse, products], of_difference)
        offset = context.elementwise([scale, total], of_one)
        by_input = context.elementwise([grad, x, mean, scale, slope, offset], of_input)
    by_weight = context.elementwise([products, inverse], ScalarBuilder.mul)
    return (
        by_input,
        _vector(context, by_weight) if wants_weight else None,
        _vector(context, total) if wants_bias else None,
    )


def _mean_of_first_image(context: NodeContext, x: SSAValue) -> SSAValue:
    """[1, C, 1, 1]."""
    image = context.emit(TakeImageOp(x, 0))
    total = context.emit(ChannelSumsOp([image], build_region(1, lambda values, _: values[0])))
    _, _, height, width = shape_of(x)
    return context.elementwise(
        [total], lambda b, sum_: b.mul(sum_, b.constant(1 / (height * width)))
    )


def _difference_and_square(values: Sequence[SSAValue], b: ScalarBuilder) -> list[SSAValue]:
    difference = b.sub(*values)
    return [difference, b.mul(difference, difference)]


def _grad_and_product(values: Sequence[SSAValue], b: ScalarBuilder) -> list[SSAValue]:
    grad, x, mean = values
    return [grad, b.mul(grad, b.sub(x, mean))]


def _affine(b: ScalarBuilder, x: SSAValue, scale: SSAValue, offset: SSAValue) -> SSAValue:
    return b.add(b.mul(x, scale), offset)


def _mixed(b: ScalarBuilder, old: SSAValue, new: SSAValue, share: float) -> SSAValue:
    """`old` with a share of `new`."""
    return b.add(b.mul(old, b.constant(1 - share)), b.mul(new, b.constant(share)))


def _count(x: SSAValue) -> int:
    """Numbers of each channel."""
    images, _, height, width = shape_of(x)
    count = images * height * width
    if count == 1:
        raise Unsupported("expected more than one number a channel to train with, found one")
    return count


def _channels(context: NodeContext, name: str) -> SSAValue:
    """An argument of [C] as [1, C, 1, 1]."""
    if context.argument(name) is None:
        raise Unsupported(f"expected {name}, found none")
    value = context.value(name)
    return context.emit(ReshapeOp(value, (1, *shape_of(value), 1, 1)))


def _vector(context: NodeContext, value: SSAValue) -> SSAValue:
    """[1, C, 1, 1] as [C]."""
    return context.emit(ReshapeOp(value, (shape_of(value)[1],)))


def _sums(
    context: NodeContext,
    values: Sequence[SSAValue],
    terms: ScalarFunction,
) -> list[SSAValue]:
    """The sums of two terms, [1, C, 1, 1] each."""
    sums = context.emit(ChannelSumsOp(values, build_region(len(values), terms)))
    return [context.emit(TakeImageOp(sums, number)) for number in (0, 1)]


def _scale(context: NodeContext, inverse: SSAValue) -> SSAValue:
    """What a channel is multiplied by: 1 / deviation, times the weight if there is one."""
    if context.argument("weight") is None:
        return inverse
    return context.elementwise([inverse, _channels(context, "weight")], ScalarBuilder.mul)


def _offset(context: NodeContext, mean: SSAValue, scale: SSAValue) -> SSAValue:
    """What is added to a channel then."""
    if context.argument("bias") is None:
        return context.elementwise([mean, scale], lambda b, m, s: b.neg(b.mul(m, s)))
    operands = [_channels(context, "bias"), mean, scale]
    return context.elementwise(operands, lambda b, bias, m, s: b.sub(bias, b.mul(m, s)))
