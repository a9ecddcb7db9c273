"""Traffic beyond L2 of a CPU, of pairs and of networks as the compiler plans them."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import CpuTarget, cpu_target
from convopt.benchmarks.layers.pairs import Pair
from convopt.benchmarks.prediction.modules import chain
from convopt.benchmarks.traffic.saving import Saving, added
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.pass_pipeline import named_pipeline, passes_named
from convopt.passes.cost.kernel_model import network_bytes_of, planned_kernel_of
from convopt.passes.cost.memory_access.accesses import COLD, Phase, traffic_beyond
from convopt.passes.cost.memory_access.predicted_time import USABLE
from convopt.passes.cost.memory_access.traffic import Traffic, in_sequence
from convopt.passes.plan.cpu_planner import CpuPlanner
from convopt.passes.plan.fuse_modules import WORTH_FUSING, FuseModulesPass
from convopt.passes.plan.module_candidates import best_module, planned_layer
from convopt.passes.rewriting import ops_of_type

EVERYTHING = "*"


def with_layouts(module: ModuleOp, target: str) -> ModuleOp:
    """A level 1 module, simplified and with layouts, in place: what fusion is planned on."""
    passes = (*named_pipeline("simplify"), *passes_named(["conv-assign-layouts"], target=target))
    run_passes(module, passes, new_context())
    return module


def convolutions_of(module: ModuleOp) -> list[ConvolutionOp]:
    """All of them, those of fused modules too."""
    return [op for op in module.walk() if isinstance(op, ConvolutionOp)]


def pair_saving(pair: Pair, target_name: str) -> Saving:
    """The pair as its best module, against both layers with their best schedules; weights cold."""
    target = cpu_target(target_name)
    module = with_layouts(chain(pair.layers, target.lanes), target_name)
    stages = convolutions_of(module)
    apart = [planned_layer(stage, target, COLD) for stage in stages]
    fused = best_module(stages, target, COLD)
    assert fused is not None  # no limit was set
    return Saving(
        pair.name,
        pair.network,
        target.name,
        False,
        in_sequence([_beyond_l2(layer.phases, target) for layer in apart]),
        _beyond_l2(fused.phases, target),
        modules=1,
        is_chosen=not CpuPlanner(target, COLD).nothing_to_gain(stages)
        and (1 + WORTH_FUSING) * fused.seconds < sum(layer.seconds for layer in apart),
    )


def network_saving(name: str, module: ModuleOp, target_name: str) -> Saving:
    """All convolutions of a level 1 module, with the modules that conv-fuse-modules makes.

    Other operations are not counted: they are the same in both.
    """
    target = cpu_target(target_name)
    planned = with_layouts(module.clone(), target_name)
    apart, _ = _planned_traffic(planned.clone(), target_name, forbid=EVERYTHING)
    fused, modules = _planned_traffic(planned, target_name)
    return Saving(name, name, target.name, False, apart, fused, modules)


def _planned_traffic(module: ModuleOp, target_name: str, forbid: str = "") -> tuple[Traffic, int]:
    """Elements, and how many fused modules; the module is planned in place."""
    target = cpu_target(target_name)
    network_bytes = network_bytes_of(module, target)
    passes = (
        FuseModulesPass(target_name, forbid=forbid),
        *passes_named(["conv-choose-tiles"], target=target_name),
    )
    run_passes(module, passes, new_context())
    fused = ops_of_type(module, FusedOp)
    alone = [op for op in convolutions_of(module) if not isinstance(op.parent_op(), FusedOp)]
    planned: list[ConvolutionOp | FusedOp] = [*fused, *alone]
    kernels = [planned_kernel_of(op, target) for op in planned]
    parts = [kernel.phases(kernel.in_network(network_bytes)) for kernel in kernels]
    return added(_beyond_l2(phases, target) for phases in parts), len(fused)


def _beyond_l2(phases: Sequence[Phase], target: CpuTarget) -> Traffic:
    return traffic_beyond(phases, USABLE * target.l2_bytes)
