"""Kernel plans of convolutions."""

from functools import partial
from io import StringIO

from xdsl.ir import Region
from xdsl.printer import Printer

from convopt.backends.targets import CpuTarget
from convopt.convdialect.attributes import TileAttr, TileScheme
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp, DepthwiseOp
from convopt.passes.cost.broadcast_cost import BroadcastProblem, takes_weights_first
from convopt.passes.cost.by_pixel_cost import ByPixelProblem, holds_weights
from convopt.passes.geometry.schemes import axes_of, collapsed, is_collapsible, reads_blocks
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.kernels.block_output import BlockOutput
from convopt.passes.lower.kernels.broadcast import BroadcastKernel
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape
from convopt.passes.lower.kernels.rotate import RotateKernel
from convopt.passes.lower.kernels.strip import StripKernel
from convopt.passes.lower.packing import pack_blocked, pack_broadcast, pack_channels, pack_rotate
from convopt.passes.lower.schedule_checks import check_layouts, check_tile

KIND_NAMES = {
    "conv.conv2d": "dense",
    "conv.depthwise": "dw",
    "conv.grouped": "grp",
    "conv.pointwise": "pw",
}


def plan_convolution(op: ConvolutionOp, target: CpuTarget) -> KernelPlan:
    """The kernel of a convolution with a schedule, its result in the target's channel blocks."""
    if op.schedule is None:
        raise ConvoptError(f"expected {op.name} with a schedule (conv-choose-tiles), found none")
    check_layouts(op, target)
    check_tile(op, op.schedule, target)
    if op.schedule.scheme is TileScheme.BROADCAST:
        return _plan_broadcast(op, op.schedule, target)
    return _plan_by_pixel(op, op.schedule, target)


def region_text(region: Region) -> str:
    """The region printed: equal for regions of equal structure."""
    if not region.blocks:
        return ""
    text = StringIO()
    Printer(stream=text).print_region(region)
    return text.getvalue()


def _kernel_name(op: ConvolutionOp, tile: TileAttr, lanes: int) -> tuple[KernelName, str]:
    """The name, and all that tells the kernel from others of the same shape."""
    result = op.result_type.get_shape()
    groups = 1 if isinstance(op, DepthwiseOp) else op.group_count
    detail = repr(
        (
            op.window,
            op.group_count,
            [str(value.type) for value in op.operands],
            op.scale is not None,
            tile,
            region_text(op.epilogue),
        )
    )
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


def _per_channel(op: ConvolutionOp) -> list[bool]:
    return [len(tensor_of(extra).get_shape()) == 1 for extra in op.extras]


def _extra_operands(op: ConvolutionOp, lanes: int) -> list[Operand]:
    return [
        Operand(extra, partial(pack_channels if channel else pack_blocked, lanes=lanes))
        for extra, channel in zip(op.extras, _per_channel(op), strict=True)
    ]


def _plan_by_pixel(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> KernelPlan:
    rows, columns = axes_of(op)
    batch, channels = op.input_type.get_shape()[:2]
    lanes = target.lanes
    group_channels = op.filter_type.get_shape()[1]
    blocks = -(-channels // lanes)
    tile_size = (tile.rows.data, tile.columns.data)
    problem = ByPixelProblem(rows, columns, group_channels)
    shape = ByPixelShape(
        batch,
        blocks,
        rows,
        columns,
        group_channels,
        tile_size,
        static_edges=has_static_edges(problem.rows, problem.columns, tile_size),
        weights_in_registers=holds_weights(problem, target, *tile_size),
        prefetch=tile.prefetch,
        parallel=tile.parallel,
    )
    per_channel = _per_channel(op)
    epilogue = Epilogue.of(op.epilogue, per_channel)

    def write(builder: KernelBuilder) -> None:
        *extras, output = builder.arguments[2:-2]
        kernel = StripKernel if tile.scheme is TileScheme.STRIP else RotateKernel
        kernel(builder, shape, BlockOutput(builder, epilogue, per_channel, extras, output)).write()

    name, detail = _kernel_name(op, tile, lanes)
    return KernelPlan(
        name,
        (
            Operand(op.input, partial(pack_blocked, lanes=lanes)),
            Operand(op.filter, partial(pack_rotate, lanes=lanes), constant=True),
            *_extra_operands(op, lanes),
        ),
        tuple(shape.argument_types(lanes, per_channel)),
        shape.parallel_extent,
        write,
        detail,
        op.macs,
    )


def _plan_broadcast(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> KernelPlan:
    rows, columns = axes_of(op)
    outputs, _, _, _ = op.filter_type.get_shape()
    batch, channels = op.input_type.get_shape()[:2]
    lanes = target.lanes
    vectors = tile.vectors.data
    output_vectors = -(-outputs // lanes)
    problem = BroadcastProblem(rows, columns, channels, outputs, op.group_count, reads_blocks(op))
    read = problem.read_channels(target, vectors)
    if is_collapsible(rows, columns):
        rows, columns = collapsed(rows, columns)
    shape = BroadcastShape(
        batch,
        rows,
        columns,
        read,
        output_vectors,
        blocked_input=block_of(op.input_type) > 1,
        columns_in_tile=tile.columns.data,
        vectors_in_tile=vectors,
        prefetch=tile.prefetch,
        parallel=tile.parallel,
        indexed_fma=target.indexed_fma,
        weights_first=takes_weights_first(problem, target, tile.columns.data, vectors),
        scaled=op.scale is not None,
    )
    per_channel = _per_channel(op)
    epilogue = Epilogue.of(op.epilogue, per_channel)

    def write(builder: KernelBuilder) -> None:
        BroadcastKernel(builder, shape, epilogue, per_channel).write()

    packs_input = partial(pack_blocked, lanes=lanes) if shape.blocked_input else lambda array: array
    packs_filter = partial(pack_broadcast, channels=read, vectors=vectors, lanes=lanes)
    scale = [Operand(op.scale, partial(pack_blocked, lanes=lanes))] if op.scale else []
    name, detail = _kernel_name(op, tile, lanes)
    return KernelPlan(
        name,
        (
            Operand(op.input, packs_input),
            Operand(op.filter, packs_filter, constant=True),
            *scale,
            *_extra_operands(op, lanes),
        ),
        tuple(shape.argument_types(lanes, per_channel)),
        shape.parallel_extent,
        write,
        detail,
        op.macs,
    )
