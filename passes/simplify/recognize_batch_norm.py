"""`conv-recognize-batch-norm`: arithmetic with constants per channel is a batch norm."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, ModuleOp, NoneAttr, f32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.normalization import BatchNormOp
from convopt.convdialect.ops.yield_op import YieldOp
from convopt.passes import remarks
from convopt.passes.rewriting import erase_dead, ops_of_type, replace_plainly, users_of
from convopt.passes.simplify.channel_affine import Array, ChannelAffine
from convopt.passes.simplify.epilogues import constant_bias

_MOST_CONSTANTS = 2
"""A factor and an offset per channel are two constants; arithmetic with more of them is slower."""


@dataclass(frozen=True)
class RecognizeBatchNormPass(ModulePass):
    """Replaces arithmetic with constants per channel by one `conv.batch_norm`.

    Why: exporters that know no batch norm write it as subtraction, multiplications and addition.
    As a batch norm, conv-fold-batch-norm puts it into weights, where its factor is free.

    Effect: a chain of `conv.elementwise`, each the only reader of the one before, that adds,
    subtracts, multiplies and divides by constants, becomes a batch norm of mean 0, variance 1 and
    epsilon 0. Factors and offsets are computed in float64 and rounded to float32 once.

    Preconditions: f32 tensors of one shape and constants of shape [C, 1, ...] or [1, C, 1, ...] or
    of one element. The chain multiplies, and either it follows a convolution of constant weights
    that nothing else reads and that adds at most a constant bias, or it reads more than two
    constants. Not touched: factors and offsets that are not finite (remark), everything else.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
      %mean = arith.constant dense<[[[0.5]], [[-0.5]]]> : tensor<2x1x1xf32>
      %scale = arith.constant dense<[[[2.0]], [[4.0]]]> : tensor<2x1x1xf32>
      %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
      %1 = conv.elementwise(%0, %mean) {
      ^bb0(%a: f32, %b: f32):
        %d = arith.subf %a, %b : f32
        conv.yield %d : f32
      } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
      %2 = conv.elementwise(%1, %scale) {
      ^bb0(%a: f32, %b: f32):
        %p = arith.mulf %a, %b : f32
        conv.yield %p : f32
      } : tensor<1x2x4x4xf32>, tensor<2x1x1xf32> -> tensor<1x2x4x4xf32>
      func.return %2 : tensor<1x2x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
      %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
      %scale = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
      %shift = arith.constant dense<[-1.0, 2.0]> : tensor<2xf32>
      %mean = arith.constant dense<0.0> : tensor<2xf32>
      %variance = arith.constant dense<1.0> : tensor<2xf32>
      %1 = conv.batch_norm %0, %scale, %shift, %mean, %variance {epsilon = 0.0 : f32}
        : tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
        -> tensor<1x2x4x4xf32>
      func.return %1 : tensor<1x2x4x4xf32>
    }
    ```
    """

    name = "conv-recognize-batch-norm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for first in ops_of_type(op, ElementwiseOp):
            step = _step_of(first) if first.parent is not None else None
            if step is not None:
                self._replace(first, step)

    def _replace(self, first: ElementwiseOp, step: "_Step") -> None:
        chain = [step, *_steps_after(step)]
        affine = step.affine
        for each in chain[1:]:
            affine = affine.then(each.affine)
        constants = sum(len(each.op.inputs) - 1 for each in chain)
        is_folded = _takes_batch_norm(step.input)
        if bool((affine.factor == 1).all()) or not (is_folded or constants > _MOST_CONSTANTS):
            return
        if not affine.is_finite:
            remarks.missed(self.name, first, "a channel's factor or offset is not finite")
            return
        count = affine.factor.size
        parameters = [
            constant(array)
            for array in (affine.factor, affine.offset, np.zeros(count), np.ones(count))
        ]
        scale, shift, mean, variance = parameters
        norm = BatchNormOp(step.input, scale, shift, mean, variance, 0.0)
        last = chain[-1].op
        inner = [each.op for each in chain[:-1]]
        producers = [value.owner for each in chain for value in each.op.inputs]
        replace_plainly(last, [*parameters, norm], merged=inner)
        erase_dead(*reversed(inner))
        erase_dead(*(owner for owner in producers if isinstance(owner, Operation)))
        plural = "s" if len(chain) > 1 else ""
        remarks.passed(self.name, norm, f"took over {len(chain)} elementwise operation{plural}")


@dataclass(frozen=True)
class _Step:
    """An elementwise operation that is a factor and an offset per channel of one operand."""

    op: ElementwiseOp
    input: SSAValue
    affine: ChannelAffine


def _steps_after(step: _Step) -> Iterator[_Step]:
    """The operations of a chain after its first."""
    while step.op.result.has_one_use():
        (user,) = users_of(step.op.result)
        following = _step_of(user) if isinstance(user, ElementwiseOp) else None
        if following is None or following.input is not step.op.result:
            return
        yield following
        step = following


def _step_of(op: ElementwiseOp) -> _Step | None:
    tensor = op.result_type
    shape = tensor.get_shape()
    variable = [value for value in op.inputs if constant_value(value) is None]
    is_plain = tensor.element_type == f32 and isinstance(tensor.encoding, NoneAttr)
    if len(shape) < 2 or len(variable) != 1 or variable[0].type != tensor or not is_plain:
        return None
    values: dict[SSAValue, _Linear] = {}
    for argument, value in zip(op.body.block.args, op.inputs, strict=True):
        linear = _operand(value, shape)
        if linear is None:
            return None
        values[argument] = linear
    result = _evaluated(op, values)
    if result is None:
        return None
    channels = (shape[1],)
    affine = ChannelAffine(
        np.broadcast_to(result.factor, channels), np.broadcast_to(result.offset, channels)
    )
    return _Step(op, variable[0], affine)


@dataclass(frozen=True)
class _Linear:
    """factor * x + offset, of the operand x; arrays of [C] or [1]."""

    factor: Array
    offset: Array


_NOTHING = np.zeros(1)


def _operand(value: SSAValue, shape: tuple[int, ...]) -> _Linear | None:
    """The variable itself, or a constant per channel; None for other constants."""
    array = constant_value(value)
    if array is None:
        return _Linear(np.ones(1), _NOTHING)
    aligned = (1,) * (len(shape) - array.ndim) + array.shape
    if array.size > 1 and aligned != (1, shape[1], *[1] * (len(shape) - 2)):
        return None
    return _Linear(_NOTHING, array.reshape(-1).astype(np.float64))


def _evaluated(op: ElementwiseOp, values: dict[SSAValue, _Linear]) -> _Linear | None:
    """What the region yields; None where that is not linear in its operand."""
    with np.errstate(all="ignore"):
        for each in op.body.block.ops:
            if isinstance(each, YieldOp):
                return values[each.operands[0]]
            result = _computed(each, [values[operand] for operand in each.operands])
            if result is None:
                return None
            values[each.results[0]] = result
    return None


def _computed(op: Operation, operands: list[_Linear]) -> _Linear | None:
    match op, operands:
        case arith.ConstantOp(), []:
            assert isinstance(op.value, FloatAttr)
            return _Linear(_NOTHING, np.array([op.value.value.data]))
        case arith.NegfOp(), [x]:
            return _Linear(-x.factor, -x.offset)
        case arith.AddfOp(), [x, y]:
            return _Linear(x.factor + y.factor, x.offset + y.offset)
        case arith.SubfOp(), [x, y]:
            return _Linear(x.factor - y.factor, x.offset - y.offset)
        case arith.MulfOp(), [x, y] if not y.factor.any():
            return _Linear(x.factor * y.offset, x.offset * y.offset)
        case arith.MulfOp(), [y, x] if not y.factor.any():
            return _Linear(x.factor * y.offset, x.offset * y.offset)
        case arith.DivfOp(), [x, y] if not y.factor.any():
            return _Linear(x.factor / y.offset, x.offset / y.offset)
        case _:
            return None


def _takes_batch_norm(value: SSAValue) -> bool:
    """Whether conv-fold-batch-norm can put a batch norm of this value into weights."""
    conv = value.owner
    if not isinstance(conv, ConvolutionOp) or not value.has_one_use():
        return False
    return constant_value(conv.filter) is not None and constant_bias(conv) is not None
