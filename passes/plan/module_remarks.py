"""What remarks say of fused modules."""

from collections.abc import Sequence

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.passes.plan.module_candidates import PlannedLayers


def kinds_text(stages: Sequence[ConvolutionOp]) -> str:
    """Like "pointwise + depthwise"."""
    return " + ".join(stage.name.removeprefix("conv.") for stage in stages)


def schedule_text(module: PlannedLayers) -> str:
    tiles = ", ".join(str(tile) for tile in module.tiles)
    return f"bands of {module.kernel.band} rows, tiles {tiles}"


def gain_text(apart: Sequence[PlannedLayers], module: PlannedLayers, target: CpuTarget) -> str:
    """Time and traffic of the layers apart and as a module."""
    before, after = sum(layer.seconds for layer in apart), module.seconds
    moved = sum(layer.bytes_beyond_l2(target) for layer in apart)
    return (
        f"{before * 1e6:.1f} -> {after * 1e6:.1f} us, "
        f"{moved / 1e6:.2f} -> {module.bytes_beyond_l2(target) / 1e6:.2f} MB beyond L2 "
        f"(model, {target.name})"
    )
