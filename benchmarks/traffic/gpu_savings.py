"""Traffic between global and shared memory of a GPU, with the cheapest cover by modules."""

from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import GpuTarget
from convopt.benchmarks.layers.pairs import Pair
from convopt.benchmarks.prediction.modules import chain
from convopt.benchmarks.traffic.cpu_savings import with_layouts
from convopt.benchmarks.traffic.saving import Saving, added
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.errors import ConvoptError
from convopt.passes.cost.memory_access.gpu_limits import GpuLimits
from convopt.passes.cost.memory_access.gpu_search import best_layer, best_module, unfused_traffic
from convopt.passes.cost.memory_access.select_modules import Segment, cheapest_cover
from convopt.passes.cost.memory_access.traffic import Traffic
from convopt.passes.geometry.convolution import Convolution, convolution_of
from convopt.passes.plan.chains import chains_of
from convopt.passes.rewriting import blocks_of

MOST_STAGES = 3
"""Of a module that a GPU knows."""
LAYOUTS_OF = "x86-64-v4"
"""Chains are found on level 3, whose layouts are a CPU's; they do not change what feeds what."""
_LANES = 16


def pair_saving(pair: Pair, target: GpuTarget) -> Saving | None:
    """The pair as a module against the layers apart, each with its best tile.

    None where no tile of the module is feasible.
    """
    module = with_layouts(chain(pair.layers, _LANES), LAYOUTS_OF)
    ((stages,),) = [chains_of(block.ops) for block in blocks_of(module)]
    convolutions = tuple(convolution_of(stage) for stage in stages)
    limits = GpuLimits.of(target)
    apart = unfused_traffic(convolutions, limits)
    fused = best_module(convolutions, limits)
    if apart is None or fused is None:
        return None
    return Saving(
        pair.name,
        pair.network,
        target.name,
        True,
        apart,
        fused.traffic,
        modules=1,
        is_chosen=fused.traffic.total < apart.total,
        kind=fused.name,
    )


def network_saving(name: str, module: ModuleOp, target: GpuTarget) -> Saving:
    """All convolutions of a level 1 module, their chains covered at least traffic.

    Other operations are not counted: they are the same in both.
    """
    limits = GpuLimits.of(target)
    planned = with_layouts(module.clone(), LAYOUTS_OF)
    chains = [each for block in blocks_of(planned) for each in chains_of(block.ops)]
    apart: list[Traffic] = []
    fused: list[Traffic] = []
    modules = 0
    for each in chains:
        convolutions = [convolution_of(op) for op in each]
        extras = [Traffic(input=extra_elements(op)) for op in each]
        layers = [_alone(convolution, limits) for convolution in convolutions]
        segments = covered(convolutions, layers, limits)
        apart += [*layers, *extras]
        fused += [*segments.values(), *extras]
        modules += sum(segment.stop - segment.start > 1 for segment in segments)
    return Saving(name, name, target.name, True, added(apart), added(fused), modules)


def covered(
    convolutions: Sequence[Convolution],
    layers: Sequence[Traffic],
    limits: GpuLimits,
    most_stages: int = MOST_STAGES,
) -> dict[Segment, Traffic]:
    """A chain cut into layers and modules that move least; `layers`: traffic of each alone."""
    modules: dict[Segment, Traffic] = {}
    for start in range(len(convolutions)):
        for stop in range(start + 2, min(start + most_stages, len(convolutions)) + 1):
            module = best_module(tuple(convolutions[start:stop]), limits)
            if module is not None:
                modules[Segment(start, stop)] = module.traffic
    costs = {segment: traffic.total for segment, traffic in modules.items()}
    _, segments = cheapest_cover([layer.total for layer in layers], costs)
    return {each: modules[each] if each in modules else layers[each.start] for each in segments}


def extra_elements(op: ConvolutionOp) -> int:
    """Of operands like the output that the epilogue reads, such as a residual."""
    shapes = [tensor_of(extra).get_shape() for extra in op.extras]
    outputs = convolution_of(op).output_elements
    return sum(outputs for shape in shapes if len(shape) > 1)


def _alone(convolution: Convolution, limits: GpuLimits) -> Traffic:
    layer = best_layer(convolution, limits)
    if layer is None:
        raise ConvoptError(f"expected a tile that fits {limits}, found none for {convolution}")
    return layer.traffic
