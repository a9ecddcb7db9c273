"""Whether a fused module can be computed band by band as its schedule asks."""

from xdsl.ir import BlockArgument

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import BandAttr, Parallel, Prefetch, TileScheme
from convopt.passes.geometry.asking import can_ask_ahead
from convopt.passes.geometry.bands import divides_bands
from convopt.passes.geometry.fused_stages import chain_of
from convopt.passes.geometry.schemes import axes_of
from convopt.passes.lower.schedule_checks import check_layouts, check_tile


def checked_stages(op: FusedOp, target: CpuTarget) -> list[ConvolutionOp]:
    """The stages, each fed by the one before.

    Raises ConvoptError, naming the stage, for what is no chain of convolutions or for schedules
    that its stages cannot keep.
    """
    stages = chain_of(op)
    if not isinstance(op.schedule, BandAttr):
        found = op.schedule or "none"
        raise ConvoptError(f"expected conv.fused with schedule #conv.band<rows = …>, found {found}")
    outputs = stages[-1].result_type.get_shape()[2]
    band = op.schedule.rows.data
    if band > outputs:
        raise ConvoptError(f"expected a band of at most {outputs} rows, found {band}")
    for number, stage in enumerate(stages, 1):
        try:
            _check_stage(stage, stages[0], target)
        except ConvoptError as error:
            raise ConvoptError(f"stage {number}: {error}") from error
    asking = [n for n, each in enumerate(stages, 1) if _asks(each)]
    if len(asking) > 1:
        raise ConvoptError(f"expected prefetch = input in one stage, found it in stages {asking}")
    _check_alignment(stages, band)
    return stages


def _asks(stage: ConvolutionOp) -> bool:
    return stage.tile is not None and stage.tile.prefetch is Prefetch.INPUT


def _check_stage(stage: ConvolutionOp, first: ConvolutionOp, target: CpuTarget) -> None:
    tile = stage.tile
    if tile is None:
        raise ConvoptError(f"expected {stage.name} with a schedule, found none")
    check_layouts(stage, target)
    check_tile(stage, tile, target)
    if tile.scheme is TileScheme.STRIP:
        raise ConvoptError("expected scheme rotate or broadcast in a fused module, found strip")
    if tile.parallel is not Parallel.BLOCKS:
        raise ConvoptError(f"expected no parallel pixels in a stage, found {tile}")
    if tile.prefetch not in (Prefetch.NONE, Prefetch.INPUT):
        raise ConvoptError(f"expected no prefetch but that of the input in a stage, found {tile}")
    if tile.prefetch is Prefetch.INPUT and not can_ask_ahead(first, stage, tile, target):
        raise ConvoptError(
            f"expected prefetch = input where a stage loops over vectors of channels and the "
            f"module's input lies in blocks, found {tile}"
        )
    axis, _ = axes_of(stage)
    if axis.stride > axis.kernel:
        raise ConvoptError(
            f"expected a kernel of at least the stride, {axis.stride} rows, found {axis.kernel}"
        )
    if not all(isinstance(value, BlockArgument) for value in list(stage.operands)[1:]):
        raise ConvoptError("expected filters and epilogue operands from outside, found a result")


def _check_alignment(stages: list[ConvolutionOp], band: int) -> None:
    axes = tuple(axes_of(stage)[0] for stage in stages)
    for number, stage in enumerate(stages):
        assert stage.tile is not None
        rows = stage.tile.rows.data
        if not divides_bands(axes, band, number, rows):
            raise ConvoptError(
                f"stage {number + 1}: expected tiles whose rows divide those of every band, "
                f"found {rows} rows in bands of {band} of {axes[-1].outputs}"
            )
