"""The pass conv-choose-tiles."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import cpu_target
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.gradients import BackwardDataOp, WeightGradientOp
from convopt.passes import remarks
from convopt.passes.cpu_elements import check_cpu_elements
from convopt.passes.plan.candidates import best_schedule
from convopt.passes.plan.gradient_candidates import best_backward_schedule
from convopt.passes.plan.weight_gradient_candidates import best_weight_gradient_schedule


@dataclass(frozen=True)
class ChooseTilesPass(ModulePass):
    """Give every convolution, and every gradient of one, that has no schedule its register tile.

    Why: the tile decides whether a kernel reaches the machine's peak: too small and the latency of
    the FMA or the loads bound it, too large and it spills.
    Preconditions: convolutions are specialised and have their layouts. A schedule that is there,
    written by hand, is left alone.
    Options: `target`, the name of a target or the path of a target file.

    Before:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
      func.return %y : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
    }
    ```
    After, for target=x86-64-v4:
    ```mlir
    func.func @main(%x : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, %w : tensor<32x1x3x3xf32>) -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>> {
      %y = conv.depthwise %x, %w {padding = [1, 1, 1, 1]} schedule = #conv.tile<rotate, columns = 14, prefetch = output, parallel = pixels> : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
      func.return %y : tensor<1x32x28x28xf32, #conv.layout<nchwc, 16>>
    }
    ```
    """  # noqa: E501

    name = "conv-choose-tiles"

    target: str = "host"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        target = cpu_target(self.target)
        check_cpu_elements(op)
        for each in op.walk():
            if isinstance(each, ConvolutionOp) and each.schedule is None:
                each.schedule, cycles = best_schedule(each, target)
            elif isinstance(each, BackwardDataOp) and each.schedule is None:
                each.schedule, cycles = best_backward_schedule(each, target)
            elif isinstance(each, WeightGradientOp) and each.schedule is None:
                each.schedule, cycles = best_weight_gradient_schedule(each, target)
            else:
                continue
            microseconds = cycles / target.frequency_ghz / 1e3
            message = f"{each.schedule}: {microseconds:.1f} us for one image (model, {target.name})"
            remarks.analysis(self.name, each, message)
