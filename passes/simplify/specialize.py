"""`conv-specialize`: the kind of each convolution becomes the name of its operation."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass

from convopt.convdialect.ops.convolution import (
    Conv2DOp,
    ConvolutionOp,
    DepthwiseOp,
    GroupedOp,
    PointwiseOp,
)
from convopt.passes import remarks
from convopt.passes.rewriting import ops_of_type, replace_plainly
from convopt.passes.simplify.epilogues import take_epilogue


@dataclass(frozen=True)
class SpecializePass(ModulePass):
    """Turns each `conv.conv2d` into the special kind that it is.

    Why: each kind has kernels, layouts and a cost model of its own; later passes match names
    instead of comparing channel counts.

    | kernel, groups, padding | becomes |
    |---|---|
    | 1x1, one group, no padding | `conv.pointwise` (any stride) |
    | a group per input channel, more than one | `conv.depthwise` (any multiplier) |
    | other numbers of groups above one | `conv.grouped` |
    | all else | stays `conv.conv2d`: dense |

    Preconditions: none. Epilogue, extra operands, schedule, attributes and location are kept. A
    dense convolution of a single channel is not depthwise: it has no groups to spread over lanes.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x4x8x8xf32>, %e: tensor<8x4x1x1xf32>, %d: tensor<8x1x3x3xf32>)
        -> tensor<1x8x8x8xf32> {
      %0 = conv.conv2d %x, %e : tensor<1x4x8x8xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x8x8xf32>
      %1 = conv.conv2d %0, %d {padding = [1, 1, 1, 1], groups = 8}
        : tensor<1x8x8x8xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
      func.return %1 : tensor<1x8x8x8xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x4x8x8xf32>, %e: tensor<8x4x1x1xf32>, %d: tensor<8x1x3x3xf32>)
        -> tensor<1x8x8x8xf32> {
      %0 = conv.pointwise %x, %e : tensor<1x4x8x8xf32>, tensor<8x4x1x1xf32> -> tensor<1x8x8x8xf32>
      %1 = conv.depthwise %0, %d {padding = [1, 1, 1, 1]}
        : tensor<1x8x8x8xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
      func.return %1 : tensor<1x8x8x8xf32>
    }
    ```
    """

    name = "conv-specialize"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for conv in ops_of_type(op, Conv2DOp):
            special = _specialized(conv)
            if special is None:
                remarks.analysis(self.name, conv, "dense convolution, stays conv.conv2d")
                continue
            replace_plainly(conv, special)
            remarks.passed(self.name, special, f"is {special.name}")


def is_pointwise(conv: Conv2DOp) -> bool:
    """Whether a general convolution is a 1x1 one over all channels, without padding."""
    window = conv.window
    return window.kernel == (1, 1) and conv.group_count == 1 and not any(window.padding)


def as_pointwise(
    conv: Conv2DOp, input: SSAValue | None = None, scale: SSAValue | None = None
) -> PointwiseOp:
    """The same convolution as `conv.pointwise`, with another input and a scale if given.

    The epilogue moves over: `conv` must be replaced afterwards. Its location is not taken.
    """
    pointwise = PointwiseOp(
        conv.input if input is None else input,
        conv.filter,
        stride=conv.window.stride,
        scale=scale,
        extras=list(conv.extras),
        epilogue=take_epilogue(conv),
        schedule=conv.schedule,
        result_type=conv.result_type,
    )
    pointwise.attributes.update(conv.attributes)
    return pointwise


def _specialized(conv: Conv2DOp) -> ConvolutionOp | None:
    """The special kind of a convolution, which takes its epilogue; None for a dense one."""
    if is_pointwise(conv):
        return as_pointwise(conv)
    if conv.group_count == 1:
        return None
    window = conv.window
    if conv.group_count == conv.input_type.get_shape()[1]:
        special: ConvolutionOp = DepthwiseOp(
            conv.input,
            conv.filter,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            extras=list(conv.extras),
            epilogue=take_epilogue(conv),
            schedule=conv.schedule,
            result_type=conv.result_type,
        )
    else:
        special = GroupedOp(
            conv.input,
            conv.filter,
            stride=window.stride,
            padding=window.padding,
            dilation=window.dilation,
            groups=conv.group_count,
            extras=list(conv.extras),
            epilogue=take_epilogue(conv),
            schedule=conv.schedule,
            result_type=conv.result_type,
        )
    special.attributes.update(conv.attributes)
    return special
