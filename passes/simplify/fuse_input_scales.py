"""`conv-fuse-input-scales`: squeeze-and-excite scaling moves into the convolution after it."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.ops.convolution import Conv2DOp, ConvolutionOp, PointwiseOp
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.verification import checked_tensor
from convopt.passes import remarks
from convopt.passes.rewriting import erase_dead, ops_of_type, replace_plainly, users_of
from convopt.passes.simplify.epilogues import (
    combines_arguments,
    take_epilogue,
    with_epilogue,
)
from convopt.passes.simplify.specialize import as_pointwise, is_pointwise


@dataclass(frozen=True)
class FuseInputScalesPass(ModulePass):
    """Makes a multiplication by a tensor of shape [N, C, 1, 1] the `scale` of `conv.pointwise`.

    Why: the scale of squeeze-and-excite depends on the mean of the very tensor that it scales, so
    it cannot be an epilogue of the convolution that makes the tensor. As the scale of the next
    convolution's input it costs a multiplication a loaded value, not a pass over memory.

    Preconditions: the operation only multiplies, its result has one reader, and that is a
    `conv.pointwise` without a scale (or a `conv.conv2d` that is one) which reads it as its input.
    Not touched (remark): all else. Runs after conv-specialize and conv-fuse-epilogues.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %s: tensor<1x4x1x1xf32>, %w: tensor<8x4x1x1xf32>)
        -> tensor<1x8x6x6xf32> {
      %0 = conv.elementwise(%x, %s) {
      ^bb0(%p: f32, %q: f32):
        %m = arith.mulf %p, %q : f32
        conv.yield %m : f32
      } : tensor<1x4x6x6xf32>, tensor<1x4x1x1xf32> -> tensor<1x4x6x6xf32>
      %1 = conv.pointwise %0, %w : tensor<1x4x6x6xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x6x6xf32>
      func.return %1 : tensor<1x8x6x6xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x4x6x6xf32>, %s: tensor<1x4x1x1xf32>, %w: tensor<8x4x1x1xf32>)
        -> tensor<1x8x6x6xf32> {
      %1 = conv.pointwise %x, %w scale(%s : tensor<1x4x1x1xf32>)
        : tensor<1x4x6x6xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x6x6xf32>
      func.return %1 : tensor<1x8x6x6xf32>
    }
    ```
    """

    name = "conv-fuse-input-scales"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for elementwise in ops_of_type(op, ElementwiseOp):
            scaling = _scaling(elementwise)
            if scaling is not None:
                self._fuse(elementwise, *scaling)

    def _fuse(self, multiply: ElementwiseOp, input: SSAValue, scale: SSAValue) -> None:
        obstacle = _obstacle(multiply)
        if obstacle is not None:
            remarks.missed(self.name, multiply, obstacle)
            return
        (conv,) = users_of(multiply.result)
        scaled = _with_scale(conv, input, scale)
        replace_plainly(conv, scaled, merged=[multiply])
        erase_dead(multiply)
        remarks.passed(self.name, scaled, "scales its input")


def _scaling(op: ElementwiseOp) -> tuple[SSAValue, SSAValue] | None:
    """Input and scale of an operation that scales the channels of a feature map, else None.

    Whether it does more than that is not looked at.
    """
    if len(op.inputs) != 2 or op.result_type.get_num_dims() != 4:
        return None
    scale_shape = (*op.result_type.get_shape()[:2], 1, 1)
    first, second = op.inputs
    for input, scale in ((first, second), (second, first)):
        tensor = checked_tensor(scale, "scale")
        is_scale = tensor.get_shape() == scale_shape
        is_scale = is_scale and tensor.element_type == op.result_type.element_type
        if input.type == op.result.type and is_scale:
            return input, scale
    return None


def _obstacle(multiply: ElementwiseOp) -> str | None:
    """Why a scaling cannot be fused with what reads it, or None."""
    if not combines_arguments(multiply.body, arith.MulfOp):
        return "the operation does more than multiply"
    users = users_of(multiply.result)
    if len(users) != 1:
        return f"{len(users)} operations read the scaled tensor"
    (conv,) = users
    if not isinstance(conv, PointwiseOp) and not (
        isinstance(conv, Conv2DOp) and is_pointwise(conv)
    ):
        return f"{conv.name} reads the scaled tensor, not a pointwise convolution"
    if conv.input is not multiply.result:
        return "the convolution does not read the scaled tensor as its input"
    if not multiply.result.has_one_use():
        return "the convolution reads the scaled tensor more than once"
    if conv.scale is not None:
        return "the convolution has a scale already"
    return None


def _with_scale(conv: Operation, input: SSAValue, scale: SSAValue) -> ConvolutionOp:
    if isinstance(conv, Conv2DOp):
        return as_pointwise(conv, input, scale)
    assert isinstance(conv, PointwiseOp)
    return with_epilogue(conv, list(conv.extras), take_epilogue(conv), input=input, scale=scale)
