"""The pass conv-fuse-modules."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from math import inf

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from convopt.backends.targets import GpuTarget, Target, load_target
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes import remarks
from convopt.passes.cost.kernel_model import network_bytes_of
from convopt.passes.cost.memory_access.select_modules import Segment, cheapest_cover
from convopt.passes.cpu_elements import check_cpu_elements
from convopt.passes.plan.chains import chains_of, link_of
from convopt.passes.plan.cpu_planner import CpuPlanner
from convopt.passes.plan.gpu_planner import GpuPlanner
from convopt.passes.plan.module_building import build_module
from convopt.passes.plan.module_planner import ModulePlanner, PlannedKernel
from convopt.passes.plan.module_remarks import gain_text, kinds_text, schedule_text
from convopt.passes.rewriting import blocks_of

WORTH_FUSING = 0.03
"""A module has to save this part of the predicted time: the prediction is no better, and kernels
apart are simpler."""
FORCED = 1e-6
"""What a forced module's time counts in the choice, so that nothing else is cheaper."""


@dataclass(frozen=True)
class FuseModulesPass(ModulePass):
    """Fuse neighbouring convolutions where the cost model says that it pays.

    Why: depthwise and pointwise convolutions wait for memory. In a module the intermediate results
    live in a few rows of L1 or L2 instead of going to memory and back.
    Which neighbours become modules is chosen by dynamic programming over every chain of
    convolutions: a module's time and that of its layers apart are predicted from the elements that
    they move at each level of memory and their work for the ports, with the weights cold, as they
    are in a network. Only a result with one user, which is a convolution's input, can stay inside;
    a residual may be added at a module's end. Rows of bands and register tiles are chosen with the
    module.
    On a GPU a module's blocks make some filters of a spatial tile; the schedule is then
    `#conv.block<…>`, and layouts stay as they are. Time is predicted from what blocks of threads
    do (passes/cost/gpu).
    Preconditions: for a CPU, layouts are assigned. A convolution with a schedule written by hand is left alone.
    Options: `target`, the name of a target or the path of a target file; `max_stages`, how many
    layers a module may have (1: nothing is fused); `max_ring_bytes`, how much its intermediate rows
    may take (0: any); `forbid` and `force`, patterns (`*`, `?`, `[…]`) of locations or operations:
    layers that stay alone, and layers that are fused with each other whatever is predicted; `tf32`,
    as conv-choose-blocks has it.

    Before:
    ```mlir
    func.func @main(%x : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, %d : tensor<32x1x3x3xf32>, %p : tensor<64x32x1x1xf32>) -> tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>> {
      %y = conv.depthwise %x, %d {padding = [1, 1, 1, 1]} : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>
      %z = conv.pointwise %y, %p : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, tensor<64x32x1x1xf32> -> tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
      func.return %z : tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
    }
    ```
    After, for target=x86-64-v4:
    ```mlir
    func.func @main(%x: tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, %d: tensor<32x1x3x3xf32>, %p: tensor<64x32x1x1xf32>) -> tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>> {
      %z = conv.fused(%x, %d, %p) schedule = #conv.band<rows = 2> {
      ^bb0(%0: tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, %1: tensor<32x1x3x3xf32>, %2: tensor<64x32x1x1xf32>):
        %y = conv.depthwise %0, %1 {padding = [1, 1, 1, 1]} schedule = #conv.tile<rotate, columns = 14> : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32> -> tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>
        %z_1 = conv.pointwise %y, %2 schedule = #conv.tile<broadcast, columns = 6, vectors = 4> : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, tensor<64x32x1x1xf32> -> tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
        conv.yield %z_1 : tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
      } : tensor<1x32x112x112xf32, #conv.layout<nchwc, 16>>, tensor<32x1x3x3xf32>, tensor<64x32x1x1xf32> -> tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
      func.return %z : tensor<1x64x112x112xf32, #conv.layout<nchwc, 16>>
    }
    ```
    """  # noqa: E501

    name = "conv-fuse-modules"

    target: str = "host"
    max_stages: int = 4
    max_ring_bytes: int = 0
    forbid: str = ""
    force: str = ""
    tf32: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for option, value, least in (
            ("max_stages", self.max_stages, 1),
            ("max_ring_bytes", self.max_ring_bytes, 0),
        ):
            if value < least:
                raise ConvoptError(f"{option}: expected at least {least}, found {value}")
        target = load_target(self.target)
        planner = self._planner(target, op)
        for block in blocks_of(op):
            for chain in chains_of(block.ops, planner.refusal):
                _Chain(chain, planner, target.name, self).fuse()

    def _planner(self, target: Target, module: ModuleOp) -> ModulePlanner:
        if isinstance(target, GpuTarget):
            return GpuPlanner.of_network(module, target, self.tf32)
        check_cpu_elements(module)
        most_ring_bytes = self.max_ring_bytes or inf
        return CpuPlanner(target, network_bytes_of(module, target), most_ring_bytes)


class _Chain:
    """One chain: its layers alone, its possible modules, and the choice."""

    def __init__(
        self,
        layers: Sequence[ConvolutionOp],
        planner: ModulePlanner,
        target_name: str,
        options: FuseModulesPass,
    ):
        self.layers = layers
        self.planner = planner
        self.target_name = target_name
        self.options = options

    def fuse(self) -> None:
        modules = self._modules()
        alone = [self.planner.layer(each) for each in self.layers]
        costs = {segment: self._cost(segment, each) for segment, each in modules.items()}
        _, segments = cheapest_cover([layer.seconds for layer in alone], costs)
        for segment in segments:
            apart = alone[segment.start : segment.stop]
            self._remark_end(segment, modules, alone)
            if segment in modules:
                self._build(self.layers[segment.start : segment.stop], modules[segment], apart)

    def _modules(self) -> dict[Segment, PlannedKernel]:
        """Every run of layers that may be fused and might pay, with its best schedule."""
        modules: dict[Segment, PlannedKernel] = {}
        for start in range(len(self.layers)):
            most = min(start + self.options.max_stages, len(self.layers))
            for stop in range(start + 2, most + 1):
                stages = self.layers[start:stop]
                if any(_matches(stage, self.options.forbid) for stage in stages):
                    break
                if not self._is_forced(stages) and self.planner.nothing_to_gain(stages):
                    continue
                module = self.planner.module(stages)
                if module is not None:
                    modules[Segment(start, stop)] = module
        return modules

    def _is_forced(self, stages: Sequence[ConvolutionOp]) -> bool:
        return all(_matches(stage, self.options.force) for stage in stages)

    def _cost(self, segment: Segment, module: PlannedKernel) -> float:
        stages = self.layers[segment.start : segment.stop]
        if self._is_forced(stages):
            return FORCED * module.seconds
        return (1 + WORTH_FUSING) * module.seconds

    def _build(
        self,
        stages: Sequence[ConvolutionOp],
        module: PlannedKernel,
        apart: Sequence[PlannedKernel],
    ) -> None:
        message = f"fused {kinds_text(stages)}, {schedule_text(module)}: "
        message += self._gain(apart, module)
        fused = build_module(stages, module.tiles, module.schedule)
        remarks.passed(self.options.name, fused, message)

    def _remark_end(
        self,
        segment: Segment,
        modules: dict[Segment, PlannedKernel],
        alone: Sequence[PlannedKernel],
    ) -> None:
        """Why a segment's last layer is not fused with the next one."""
        last = self.layers[segment.stop - 1]
        if segment.stop == len(self.layers):
            reason = link_of(last, self.planner.refusal).reason
        else:
            reason = self._reason(Segment(segment.stop - 1, segment.stop + 1), modules, alone)
        remarks.missed(self.options.name, last, f"not fused with what follows: {reason}")

    def _reason(
        self,
        pair: Segment,
        modules: dict[Segment, PlannedKernel],
        alone: Sequence[PlannedKernel],
    ) -> str:
        layers = self.layers[pair.start : pair.stop]
        if any(_matches(layer, self.options.forbid) for layer in layers):
            return f"forbidden by {self.options.forbid}"
        if self.options.max_stages < 2:
            return "no module may have two stages"
        if pair not in modules:
            return self.planner.nothing_to_gain(layers) or "no schedule has room for it"
        gain = self._gain(alone[pair.start : pair.stop], modules[pair])
        return f"as a pair {gain}"

    def _gain(self, apart: Sequence[PlannedKernel], module: PlannedKernel) -> str:
        return gain_text(apart, module, self.planner.far, self.target_name)


def _matches(op: ConvolutionOp, pattern: str) -> bool:
    return any(fnmatch(text, pattern) for text in (remarks.location_of(op), op.name))
