"""The pass conv-choose-blocks."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import gpu_target
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.passes import remarks
from convopt.passes.plan.gpu_planner import GpuPlanner


@dataclass(frozen=True)
class ChooseBlocksPass(ModulePass):
    """Give every convolution that is in no module, and has no schedule, its block of GPU threads.

    Why: the block decides how often data is read again, how many multiprocessors work, and what a
    thread keeps in registers. Time is predicted for many sizes (passes/cost/gpu) and the least one
    taken; on small maps with many multiprocessors that means small tiles and sums in slices.
    Preconditions: convolutions are specialised, layouts are NCHW. A schedule that is there, written
    by hand, is left alone.
    Options: `target`, the name of a GPU target or the path of a target file; `tf32`, whether tensor
    cores may be used for f32, whose factors are then rounded to ten bits (for f16 and i8 they always
    may).

    Before:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x28x28xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32>
      func.return %y : tensor<1x32x28x28xf32>
    }
    ```
    After, for target=h200:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} schedule = #conv.block<filters = 1, rows = 7, columns = 10> : tensor<1x32x28x28xf32>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32>
      func.return %y : tensor<1x32x28x28xf32>
    }
    ```
    """  # noqa: E501

    name = "conv-choose-blocks"

    target: str = "cuda"
    tf32: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = gpu_target(self.target)
        planner = GpuPlanner.of_network(op, target, self.tf32)
        for convolution in op.walk():
            if not isinstance(convolution, ConvolutionOp) or convolution.schedule is not None:
                continue
            if isinstance(convolution.parent_op(), FusedOp):
                continue
            planned = planner.layer(convolution)
            convolution.schedule = planned.schedule
            message = (
                f"{planned.schedule}: {planned.seconds * 1e6:.1f} us, "
                f"{planned.moved_bytes / 1e6:.2f} MB {planner.far} (model, {target.name})"
            )
            remarks.analysis(self.name, convolution, message)
