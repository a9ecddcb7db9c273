"""`conv-fold-batch-norm`: normalisation becomes weights, or a factor and an offset per channel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.constants import constant, constant_value
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.normalization import BatchNormOp
from convopt.convdialect.regions import build_region
from convopt.passes import remarks
from convopt.passes.rewriting import erase_dead, ops_of_type, replace_plainly, users_of
from convopt.passes.simplify.channel_affine import (
    Array,
    ChannelAffine,
    batch_norm_affine,
    fold_after,
    fold_before,
)
from convopt.passes.simplify.epilogues import bias_epilogue, constant_bias, with_epilogue


@dataclass(frozen=True)
class FoldBatchNormPass(ModulePass):
    """Folds `conv.batch_norm` into the weights of a neighbouring convolution.

    Why: with fixed statistics it is a factor and an offset per channel. In the weights the factor
    is free, and the offset is the accumulator's start value.

    Effect, the first that applies:
    1. after a convolution that only it reads and that adds at most a constant bias: into that
       convolution's weights and bias;
    2. before a convolution that is its only reader and has no padding (at most a constant bias):
       into that one's weights and bias;
    3. elsewhere: a `conv.elementwise` with constants of shape [1, C, 1, 1], which
       conv-fuse-epilogues can absorb.

    Folded numbers are computed in float64 and rounded to float32 once.

    Preconditions: the four parameters are constants, for 1 and 2 the weights as well. Not touched
    (remark): parameters that are not constant, and statistics whose factor is not finite.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %w = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
      %scale = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %shift = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
      %mean = arith.constant dense<[0.5, 0.5]> : tensor<2xf32>
      %variance = arith.constant dense<[4.0, 1.0]> : tensor<2xf32>
      %0 = conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
      %1 = conv.batch_norm %0, %scale, %shift, %mean, %variance {epsilon = 0.0 : f32}
        : tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
        -> tensor<1x2x4x4xf32>
      func.return %1 : tensor<1x2x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
      %w = arith.constant dense<[[[[0.5]], [[0.5]]], [[[2.0]], [[2.0]]]]> : tensor<2x2x1x1xf32>
      %b = arith.constant dense<[-0.25, 0.0]> : tensor<2xf32>
      %1 = conv.conv2d %x, %w epilogue(%b : tensor<2xf32>) {
      ^bb0(%acc: f32, %bias: f32):
        %s = arith.addf %acc, %bias : f32
        conv.yield %s : f32
      } : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>
      func.return %1 : tensor<1x2x4x4xf32>
    }
    ```
    """

    name = "conv-fold-batch-norm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for norm in ops_of_type(op, BatchNormOp):
            affine = self._affine(norm)
            if affine is None:
                continue
            parameters = [value.owner for value in norm.parameters.values()]
            in_weights = self._fold_into_producer(norm, affine)
            in_weights = in_weights or self._fold_into_consumer(norm, affine)
            if not in_weights:
                self._make_elementwise(norm, affine)
            erase_dead(*(owner for owner in parameters if isinstance(owner, Operation)))

    def _affine(self, norm: BatchNormOp) -> ChannelAffine | None:
        """The factor and offset of a batch norm; None, with a remark, when they are not known."""
        arrays: list[npt.NDArray[np.float32]] = []
        for name, value in norm.parameters.items():
            array = constant_value(value)
            if array is None:
                remarks.missed(self.name, norm, f"the {name} is not a constant")
                return None
            arrays.append(array)
        scale, shift, mean, variance = arrays
        affine = batch_norm_affine(scale, shift, mean, variance, norm.epsilon)
        if not affine.is_finite:
            remarks.missed(self.name, norm, "a channel's factor or offset is not finite")
            return None
        return affine

    def _fold_into_producer(self, norm: BatchNormOp, affine: ChannelAffine) -> bool:
        conv = norm.input.owner
        if not isinstance(conv, ConvolutionOp):
            return False
        if not norm.input.has_one_use():
            remarks.missed(self.name, norm, "the convolution before it has other readers")
            return False
        known = self._weights_and_bias(norm, conv)
        if known is None:
            return False
        folded = _folded(conv, conv.input, *fold_after(*known, affine))
        replace_plainly(norm, folded, merged=[conv])
        erase_dead(conv)
        remarks.passed(self.name, folded[-1], "folded into the weights of the convolution before")
        return True

    def _fold_into_consumer(self, norm: BatchNormOp, affine: ChannelAffine) -> bool:
        if not norm.result.has_one_use():
            return False
        (conv,) = users_of(norm.result)
        if not isinstance(conv, ConvolutionOp) or conv.input is not norm.result:
            return False
        if any(conv.window.padding):
            remarks.missed(self.name, norm, "the convolution after it pads with zeros")
            return False
        if conv.scale is not None:
            remarks.missed(self.name, norm, "the convolution after it scales its input")
            return False
        known = self._weights_and_bias(norm, conv)
        if known is None:
            return False
        folded = _folded(conv, norm.input, *fold_before(*known, affine, conv.group_count))
        producers = [conv.filter.owner, *(extra.owner for extra in conv.extras)]
        replace_plainly(conv, folded, merged=[norm])
        erase_dead(norm, *(owner for owner in producers if isinstance(owner, Operation)))
        remarks.passed(self.name, folded[-1], "folded into the weights of the convolution after")
        return True

    def _weights_and_bias(
        self, norm: BatchNormOp, conv: ConvolutionOp
    ) -> tuple[npt.NDArray[np.float32], Array] | None:
        """Weights and bias of a convolution; None, with a remark, when they cannot be folded."""
        weights = constant_value(conv.filter)
        if weights is None:
            remarks.missed(self.name, norm, "the convolution's weights are not constant")
            return None
        bias = constant_bias(conv)
        if bias is None:
            remarks.missed(self.name, norm, "the convolution's epilogue is not a constant bias")
            return None
        return weights, bias

    def _make_elementwise(self, norm: BatchNormOp, affine: ChannelAffine) -> None:
        rank = norm.result_type.get_num_dims()
        shape = (1, -1, *[1] * (rank - 2))
        factor = constant(affine.factor.reshape(shape))
        offset = constant(affine.offset.reshape(shape))
        body = build_region(3, lambda values, b: b.add(b.mul(values[0], values[1]), values[2]))
        elementwise = ElementwiseOp([norm.input, factor, offset], body, norm.result_type)
        replace_plainly(norm, [factor, offset, elementwise])
        remarks.passed(self.name, elementwise, "became a factor and an offset per channel")


def _folded(conv: ConvolutionOp, input: SSAValue, weights: Array, bias: Array) -> list[Operation]:
    """Constants and a convolution in place of `conv`; the convolution is the last."""
    weights_op, bias_op = constant(weights), constant(bias)
    conv_op = with_epilogue(
        conv, [bias_op.result], bias_epilogue(), input=input, filter=weights_op.result
    )
    return [weights_op, bias_op, conv_op]
