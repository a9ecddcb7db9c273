"""A convolution's kernel before it is known where its input and its result lie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from xdsl.ir import Attribute, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.layouts import block_of, tensor_of
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.schedules import TileAttr, TileScheme
from convopt.passes.cost.broadcast_cost import BroadcastProblem, takes_weights_first
from convopt.passes.cost.by_pixel_cost import ByPixelProblem, holds_weights
from convopt.passes.geometry.schemes import axes_of, reads_blocks
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernel_plan import Operand
from convopt.passes.lower.kernels.broadcast import BroadcastKernel
from convopt.passes.lower.kernels.broadcast_channels import ChannelReduction
from convopt.passes.lower.kernels.broadcast_shape import BroadcastShape
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.output_rows import KernelOutput
from convopt.passes.lower.kernels.pair_channels import PairReduction
from convopt.passes.lower.kernels.rotate import RotateKernel
from convopt.passes.lower.kernels.strip import StripKernel
from convopt.passes.lower.packing import (
    pack_blocked,
    pack_broadcast,
    pack_channels,
    pack_pairs,
    pack_rotate,
)

StageKernel: TypeAlias = RotateKernel | StripKernel | BroadcastKernel
KernelOn: TypeAlias = Callable[
    [KernelBuilder, FeatureMap, Sequence[SSAValue], FeatureMap], StageKernel
]
"""Given the input, the buffers of the other operands and the result, what writes the loops."""


@dataclass(frozen=True)
class StagePlan:
    """`others`: filter, scale if any, epilogue operands; the parallel index runs to `extent`."""

    source: Operand
    others: tuple[Operand, ...]
    input_type: Attribute
    other_types: tuple[Attribute, ...]
    output_type: Attribute
    extent: int
    kernel: KernelOn


def plan_stage(
    op: ConvolutionOp, tile: TileAttr, target: CpuTarget, *, by_rows: bool = False
) -> StagePlan:
    """The plan of a convolution whose schedule has been checked.

    `by_rows`: its kernel is to make any rows of the image, so that these stay apart.
    """
    if tile.scheme in (TileScheme.BROADCAST, TileScheme.PAIRS):
        return _plan_broadcast(op, tile, target, by_rows=by_rows)
    return _plan_by_pixel(op, tile, target)


def _per_channel(op: ConvolutionOp) -> list[bool]:
    return [len(tensor_of(extra).get_shape()) == 1 for extra in op.extras]


def _extra_operands(op: ConvolutionOp, lanes: int) -> list[Operand]:
    return [
        Operand(extra, partial(pack_channels if channel else pack_blocked, lanes=lanes))
        for extra, channel in zip(op.extras, _per_channel(op), strict=True)
    ]


def _plan_by_pixel(op: ConvolutionOp, tile: TileAttr, target: CpuTarget) -> StagePlan:
    rows, columns = axes_of(op)
    batch, channels = op.input_type.get_shape()[:2]
    lanes = target.lanes
    group_channels = op.filter_type.get_shape()[1]
    tile_size = (tile.rows.data, tile.columns.data)
    problem = ByPixelProblem(rows, columns, group_channels)
    shape = ByPixelShape(
        batch,
        -(-channels // lanes),
        rows,
        columns,
        group_channels,
        tile_size,
        static_edges=has_static_edges(rows, columns, tile_size),
        weights_in_registers=holds_weights(problem, target, *tile_size),
        prefetch=tile.prefetch,
        parallel=tile.parallel,
    )
    per_channel = _per_channel(op)
    epilogue = Epilogue.of(op.epilogue, per_channel)
    scheme = StripKernel if tile.scheme is TileScheme.STRIP else RotateKernel

    def kernel(
        b: KernelBuilder, source: FeatureMap, others: Sequence[SSAValue], result: FeatureMap
    ) -> StageKernel:
        weights, *extras = others
        output = KernelOutput(b, epilogue, per_channel, extras, result)
        return scheme(b, shape, source, weights, output)

    return StagePlan(
        Operand(op.input, partial(pack_blocked, lanes=lanes)),
        (
            Operand(op.filter, partial(pack_rotate, lanes=lanes), constant=True),
            *_extra_operands(op, lanes),
        ),
        shape.input_type(lanes),
        tuple(shape.weight_types(lanes, per_channel)),
        shape.output_type(lanes),
        shape.parallel_extent,
        kernel,
    )


def _plan_broadcast(
    op: ConvolutionOp, tile: TileAttr, target: CpuTarget, *, by_rows: bool
) -> StagePlan:
    lanes, pairs = target.lanes, tile.scheme is TileScheme.PAIRS
    problem = _broadcast_problem(op, by_rows=by_rows)
    vectors = problem.output_vectors(target) if pairs else tile.vectors.data
    read = problem.read_channels(target, vectors)
    rows, columns = problem.loop_axes
    shape = BroadcastShape(
        op.input_type.get_shape()[0],
        rows,
        columns,
        read,
        problem.output_vectors(target),
        blocked_input=block_of(op.input_type) > 1,
        columns_in_tile=tile.columns.data,
        vectors_in_tile=vectors,
        prefetch=tile.prefetch,
        parallel=tile.parallel,
        indexed_fma=target.indexed_fma,
        weights_first=takes_weights_first(problem, target, tile.columns.data, vectors),
        scaled=op.scale is not None,
        pairs=pairs,
    )
    per_channel = _per_channel(op)
    epilogue = Epilogue.of(op.epilogue, per_channel)

    def kernel(
        b: KernelBuilder, source: FeatureMap, others: Sequence[SSAValue], result: FeatureMap
    ) -> StageKernel:
        first_extra = len(others) - len(per_channel)
        output = KernelOutput(b, epilogue, per_channel, others[first_extra:], result)
        reduction = PairReduction if pairs else ChannelReduction
        return BroadcastKernel(b, shape, reduction(b, shape, source, *others[:first_extra]), output)

    packs_input = partial(pack_blocked, lanes=lanes) if shape.blocked_input else lambda array: array
    packs_filter = partial(pack_broadcast, channels=read, vectors=vectors, lanes=lanes)
    if pairs:
        packs_filter = partial(pack_pairs, lanes=lanes)
    scale = [Operand(op.scale, partial(pack_blocked, lanes=lanes))] if op.scale else []
    return StagePlan(
        Operand(op.input, packs_input),
        (Operand(op.filter, packs_filter, constant=True), *scale, *_extra_operands(op, lanes)),
        shape.input_type(lanes),
        tuple(shape.weight_types(lanes, per_channel)),
        shape.output_type(lanes),
        shape.parallel_extent,
        kernel,
    )


def _broadcast_problem(op: ConvolutionOp, *, by_rows: bool) -> BroadcastProblem:
    rows, columns = axes_of(op)
    outputs, channels = op.filter_type.get_shape()[0], op.input_type.get_shape()[1]
    blocks = reads_blocks(op)
    return BroadcastProblem(rows, columns, channels, outputs, op.group_count, blocks, by_rows)
