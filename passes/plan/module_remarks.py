"""What remarks say of fused modules."""

from collections.abc import Sequence

from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.plan.module_planner import PlannedKernel


def kinds_text(stages: Sequence[ConvolutionOp]) -> str:
    """Like "pointwise + depthwise"."""
    return " + ".join(stage.name.removeprefix("conv.") for stage in stages)


def schedule_text(module: PlannedKernel) -> str:
    """The module's schedule and its stages' tiles."""
    return ", ".join(str(each) for each in (module.schedule, *module.tiles))


def gain_text(
    apart: Sequence[PlannedKernel], module: PlannedKernel, far: str, target_name: str
) -> str:
    """Time and traffic of the layers apart and as a module; `far`: where the traffic goes."""
    before, after = sum(layer.seconds for layer in apart), module.seconds
    moved = sum(layer.moved_bytes for layer in apart)
    return (
        f"{before * 1e6:.1f} -> {after * 1e6:.1f} us, "
        f"{moved / 1e6:.2f} -> {module.moved_bytes / 1e6:.2f} MB {far} (model, {target_name})"
    )
