"""Kernel plans of convolutions."""

from io import StringIO

from xdsl.ir import Region
from xdsl.printer import Printer

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp, DepthwiseOp
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.plan_stage import plan_stage
from convopt.passes.lower.schedule_checks import check_alone, check_layouts, check_tile

KIND_NAMES = {
    "conv.conv2d": "dense",
    "conv.depthwise": "dw",
    "conv.grouped": "grp",
    "conv.pointwise": "pw",
}


def plan_convolution(op: ConvolutionOp, target: CpuTarget) -> KernelPlan:
    """The kernel of a convolution with a schedule, its result in the target's channel blocks."""
    if op.tile is None:
        raise ConvoptError(f"expected {op.name} with a schedule (conv-choose-tiles), found none")
    check_layouts(op, target)
    check_tile(op, op.tile, target)
    check_alone(op.tile)
    stage = plan_stage(op, op.tile, target)

    def write(builder: KernelBuilder) -> None:
        source, *others, result, begin, end = builder.arguments
        stage.kernel(builder, FeatureMap(source), others, FeatureMap(result)).write(begin, end)

    name, detail = _kernel_name(op, op.tile, target.lanes)
    return KernelPlan(
        name,
        (stage.source, *stage.others),
        (stage.input_type, *stage.other_types, stage.output_type),
        stage.extent,
        write,
        detail,
        op.macs,
    )


def region_text(region: Region) -> str:
    """The region printed: equal for regions of equal structure."""
    if not region.blocks:
        return ""
    text = StringIO()
    Printer(stream=text).print_region(region)
    return text.getvalue()


def detail_of(op: ConvolutionOp, tile: TileAttr) -> str:
    """All that tells a convolution's kernel from others of the same shape."""
    return repr(
        (
            op.window,
            op.group_count,
            [str(value.type) for value in op.operands],
            op.scale is not None,
            tile,
            region_text(op.epilogue),
        )
    )


def _kernel_name(op: ConvolutionOp, tile: TileAttr, lanes: int) -> tuple[KernelName, str]:
    """The name, and what tells the kernel from others of the same shape."""
    result = op.result_type.get_shape()
    groups = 1 if isinstance(op, DepthwiseOp) else op.group_count
    detail = detail_of(op, tile)
    tile_sizes = (tile.rows.data, tile.columns.data)
    if tile.scheme is TileScheme.BROADCAST:
        tile_sizes = (tile.columns.data, tile.vectors.data)
    name = KernelName(
        KIND_NAMES[op.name],
        tuple(result[1:]),
        lanes,
        digest_of(detail),
        window_text(op.window.kernel, op.window.stride, groups),
        tile_sizes,
    )
    return name, detail
