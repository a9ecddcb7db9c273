"""`conv-lower-gradients`: backward data becomes a convolution of the gradient."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.ops.transposed import DilateOp, TransposeFilterOp
from convopt.convdialect.shapes import Padding
from convopt.passes import remarks
from convopt.passes.geometry.schemes import is_depthwise_gradient
from convopt.passes.rewriting import ops_of_type, replace_plainly


@dataclass(frozen=True)
class LowerGradientsPass(ModulePass):
    """Turns `conv.backward_data` into a convolution of the gradient with the transposed filter.

    Why: its kernels, cost model and epilogues are then those of convolutions.

    Effect: the filter is transposed within its groups and reversed; the padding is what the kernel
    spans beyond the old padding. With a stride the gradient's pixels are moved apart first, except
    for a 1x1 kernel: there the result's are, which is less work.

    Preconditions: none. Depthwise convolutions are left alone, since their kernels read the filter
    as it is and leave out what a stride makes zero. `conv.weight_gradient` has kernels of its own.

    Before:

    ```mlir
    func.func @main(%dy: tensor<1x8x4x4xf32>, %w: tensor<8x2x3x3xf32>) -> tensor<1x8x4x4xf32> {
      %dx = conv.backward_data %dy, %w {padding = [1, 1, 1, 1], groups = 4}
        : tensor<1x8x4x4xf32>, tensor<8x2x3x3xf32> -> tensor<1x8x4x4xf32>
      func.return %dx : tensor<1x8x4x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%dy: tensor<1x8x4x4xf32>, %w: tensor<8x2x3x3xf32>) -> tensor<1x8x4x4xf32> {
      %0 = conv.transpose_filter %w {groups = 4} : tensor<8x2x3x3xf32> -> tensor<8x2x3x3xf32>
      %1 = conv.conv2d %dy, %0 {padding = [1, 1, 1, 1], groups = 4}
        : tensor<1x8x4x4xf32>, tensor<8x2x3x3xf32> -> tensor<1x8x4x4xf32>
      func.return %1 : tensor<1x8x4x4xf32>
    }
    ```
    """

    name = "conv-lower-gradients"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for gradient in ops_of_type(op, BackwardDataOp):
            if is_depthwise_gradient(gradient):
                remarks.analysis(self.name, gradient, "depthwise, stays conv.backward_data")
                continue
            new_ops = _spread_results(gradient) if _is_small(gradient) else _convolved(gradient)
            replace_plainly(gradient, new_ops)
            remarks.passed(self.name, new_ops[-1], "is a convolution of the gradient")


def _is_small(gradient: BackwardDataOp) -> bool:
    """Whether a 1x1 kernel leaves most of the result zero."""
    window = gradient.window
    return window.kernel == (1, 1) and (window.stride != (1, 1) or any(window.padding))


def _spread_results(gradient: BackwardDataOp) -> list[Operation]:
    """A 1x1 convolution of the gradient, whose pixels are then moved to where they belong."""
    top, left, _, _ = gradient.window.padding
    transposed = TransposeFilterOp(gradient.filter, gradient.group_count)
    product = Conv2DOp(gradient.grad, transposed, groups=gradient.group_count)
    size = _size(gradient)
    return [
        transposed,
        product,
        DilateOp(product, size, gradient.window.stride, (-top, -left)),
    ]


def _convolved(gradient: BackwardDataOp) -> list[Operation]:
    """A convolution of stride 1 over the gradient's pixels, moved apart as the stride says."""
    window, size = gradient.window, _size(gradient)
    spans = [extent - 1 for extent in window.extent]
    before = [span - pad for span, pad in zip(spans, window.padding[:2], strict=True)]
    wanted = [size + span for size, span in zip(size, spans, strict=True)]
    apart = [
        (pixels - 1) * stride + 1
        for pixels, stride in zip(gradient.grad_type.get_shape()[2:], window.stride, strict=True)
    ]
    after = [w - a - b for w, a, b in zip(wanted, apart, before, strict=True)]
    transposed = TransposeFilterOp(gradient.filter, gradient.group_count)
    ops: list[Operation] = [transposed]
    grad: SSAValue | Operation = gradient.grad
    padding: Padding = (before[0], before[1], after[0], after[1])
    if window.stride != (1, 1) or min(padding) < 0:
        grad = DilateOp(grad, (wanted[0], wanted[1]), window.stride, (before[0], before[1]))
        padding = (0, 0, 0, 0)
        ops.append(grad)
    ops.append(
        Conv2DOp(
            grad,
            transposed,
            padding=padding,
            dilation=window.dilation,
            groups=gradient.group_count,
        )
    )
    return ops


def _size(gradient: BackwardDataOp) -> tuple[int, int]:
    _, _, height, width = gradient.result_type.get_shape()
    return height, width
