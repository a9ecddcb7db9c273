"""Kernel plans of everything that is not a convolution."""

from collections.abc import Callable
from math import prod

from xdsl.ir import Operation, SSAValue

from convopt.backends.targets import CpuTarget
from convopt.convdialect.attributes import PoolKind, ResizeCoordinates, ResizeMode
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of, physical_shape, tensor_of
from convopt.convdialect.ops.elementwise import ElementwiseOp
from convopt.convdialect.ops.normalization import SoftmaxOp
from convopt.convdialect.ops.pooling import GlobalPoolOp, PoolOp
from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.resize import ResizeOp
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    TransposeOp,
)
from convopt.convdialect.ops.transposed import DilateOp
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.geometry.axis_tiles import Axis
from convopt.passes.lower.builder import f32_memref
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.kernels import movement
from convopt.passes.lower.kernels.channel_gather import (
    BlockRun,
    ChannelGather,
    block_runs,
    concatenated,
    shuffled,
)
from convopt.passes.lower.kernels.conversion import Conversion
from convopt.passes.lower.kernels.elementwise import ElementwiseShape, write_elementwise
from convopt.passes.lower.kernels.pooling import Pool, write_global_pool
from convopt.passes.lower.kernels.resize import SourceCoordinate, write_resize
from convopt.passes.lower.kernels.softmax import write_softmax
from convopt.passes.lower.op_plan import blocked_images, op_plan, require_blocked, shape_of
from convopt.passes.lower.plan_convolution import region_text
from convopt.passes.lower.plan_training_ops import plan_channel_sums, plan_dilate, plan_take_image


def plan_tensor_op(op: Operation, target: CpuTarget) -> KernelPlan:
    """The kernel of an op that is not a convolution."""
    planner = _PLANNERS.get(type(op))
    if planner is None:
        known = ", ".join(sorted(kind.name for kind in _PLANNERS))
        raise ConvoptError(f"expected an op that has kernels ({known}), found {op.name}")
    return planner(op, target)


def _plan_elementwise(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, ElementwiseOp)
    is_blocked = block_of(op.result_type) > 1
    shape = ElementwiseShape.of(
        shape_of(op.result),
        [shape_of(value) for value in op.operands],
        target.lanes if is_blocked else None,
    )
    body = op.body.block
    return op_plan(
        "elementwise",
        op,
        target,
        shape.argument_types(),
        shape.parallel_extent(target.lanes),
        lambda b: write_elementwise(b, shape, body),
        detail=region_text(op.body),
    )


def _plan_pool(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, PoolOp)
    require_blocked(op)
    source, result = blocked_images(op.input), blocked_images(op.result)
    window = op.window
    rows, columns = (
        Axis(source[i + 1], result[i + 1], window.kernel[i], window.stride[i],
             window.padding[i], window.dilation[i])
        for i in range(2)
    )  # fmt: skip
    average = op.kind is PoolKind.AVERAGE
    pool = Pool(source[0], rows, columns, average, op.count_include_pad)
    return op_plan(
        "avgpool" if average else "maxpool",
        op,
        target,
        [f32_memref(*source), f32_memref(*result)],
        pool.chunks.extent,
        pool.write,
        window=window_text(window.kernel, window.stride),
    )


def _plan_global_pool(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, GlobalPoolOp)
    require_blocked(op)
    images, height, width, lanes = blocked_images(op.input)
    average = op.kind is PoolKind.AVERAGE
    return op_plan(
        "global_avgpool" if average else "global_maxpool",
        op,
        target,
        [f32_memref(images, height * width, lanes), f32_memref(images, lanes)],
        images,
        lambda b: write_global_pool(b, height * width, average=average),
    )


def _plan_convert(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, ConvertLayoutOp)
    blocks = {block_of(tensor_of(value)) for value in (op.input, op.result)}
    if blocks != {1, target.lanes}:
        raise ConvoptError(
            f"expected a conversion between nchw and blocks of {target.lanes} channels, "
            f"found {op.input.type} to {op.result.type}"
        )
    batch, channels, height, width = shape_of(op.input)
    conversion = Conversion(batch, channels, height * width, target.lanes, target.prefetches)
    plain_type = f32_memref(batch, channels, conversion.pixels)
    blocked_type = f32_memref(batch * conversion.blocks, conversion.pixels, target.lanes)
    to_blocked = block_of(tensor_of(op.input)) == 1
    return op_plan(
        "to_blocked" if to_blocked else "to_plain",
        op,
        target,
        [plain_type, blocked_type] if to_blocked else [blocked_type, plain_type],
        conversion.chunks.extent,
        conversion.write_to_blocked if to_blocked else conversion.write_to_plain,
    )


def _flat_pixels(value: SSAValue) -> tuple[int, int, int, int]:
    """(N, blocks, pixels, lanes) of a blocked tensor."""
    batch, blocks, height, width, lanes = physical_shape(tensor_of(value))
    return batch, blocks, height * width, lanes


def _plan_concat(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, ConcatOp)
    axis = op.axis
    if block_of(tensor_of(op.result)) > 1:
        channels = concatenated([shape_of(value)[1] for value in op.operands])
        return _plan_gather("concat", op, target, block_runs(channels, target.lanes, 1))
    outer = prod(shape_of(op.result)[:axis])
    sizes = [prod(shape_of(value)[axis:]) for value in op.operands]
    return op_plan(
        "concat",
        op,
        target,
        [f32_memref(outer, size) for size in (*sizes, sum(sizes))],
        outer,
        lambda b: movement.write_plain_concat(b, sizes),
    )


def _plan_shuffle(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, ChannelShuffleOp)
    require_blocked(op)
    channels = shuffled(shape_of(op.input)[1], op.groups)
    return _plan_gather("shuffle", op, target, block_runs(channels, target.lanes, op.groups))


def _plan_gather(
    kind: str, op: Operation, target: CpuTarget, runs: tuple[BlockRun, ...]
) -> KernelPlan:
    """Chunks of pixels fit the L1 cache: several output blocks read the same input."""
    batch, blocks, pixels, lanes = _flat_pixels(op.results[0])
    most_pixels = target.l1_bytes // (2 * FLOAT_BYTES * blocks * lanes)
    gather = ChannelGather(batch, pixels, runs, most_pixels)
    return op_plan(
        kind,
        op,
        target,
        [f32_memref(*_flat_pixels(value)) for value in (*op.operands, op.results[0])],
        gather.chunks.extent,
        gather.write,
    )


def _plan_transpose(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, TransposeOp)
    sizes = shape_of(op.result)
    permutation = op.permutation.get_values()
    return op_plan(
        "transpose",
        op,
        target,
        [f32_memref(*shape_of(op.input)), f32_memref(*sizes)],
        sizes[0],
        lambda b: movement.write_transpose(b, sizes, permutation),
    )


def _plan_pad(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, PadOp)
    require_blocked(op)
    source = blocked_images(op.input)
    top, left, bottom, right = op.padding.get_values()
    value = op.value
    return op_plan(
        "pad",
        op,
        target,
        [f32_memref(*source), f32_memref(*blocked_images(op.result))],
        source[0],
        lambda b: movement.write_pad(b, (source[1], source[2]), (top, left, bottom, right), value),
    )


def _plan_softmax(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, SoftmaxOp)
    shape, axis = shape_of(op.input), op.axis
    sizes = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]))
    buffer = f32_memref(*sizes)
    return op_plan(
        "softmax",
        op,
        target,
        [buffer, buffer],
        sizes[0],
        lambda b: write_softmax(b, sizes[1], sizes[2]),
    )


def _plan_resize(op: Operation, target: CpuTarget) -> KernelPlan:
    assert isinstance(op, ResizeOp)
    require_blocked(op)
    source, result = blocked_images(op.input), blocked_images(op.result)
    rows, columns = (
        SourceCoordinate.of(source[i], result[i], op.coordinates.value) for i in (1, 2)
    )
    return op_plan(
        "resize",
        op,
        target,
        [f32_memref(*source), f32_memref(*result)],
        source[0],
        lambda b: write_resize(
            b,
            rows,
            columns,
            linear=op.mode is ResizeMode.LINEAR,
            round_half_down=op.coordinates is not ResizeCoordinates.ASYMMETRIC,
        ),
    )


def plan_copy(source: SSAValue, target: CpuTarget) -> KernelPlan:
    """A copy of a tensor, for results that no kernel can write in place."""
    count = prod(physical_shape(tensor_of(source)))
    buffer = f32_memref(1, count)
    return KernelPlan(
        KernelName("copy", (count,), None, digest_of("")),
        (Operand(source, lambda array: array),),
        (buffer, buffer),
        1,
        lambda b: movement.write_plain_concat(b, [count]),
        "",
    )


_PLANNERS: dict[type[Operation], Callable[[Operation, CpuTarget], KernelPlan]] = {
    ElementwiseOp: _plan_elementwise,
    PoolOp: _plan_pool,
    GlobalPoolOp: _plan_global_pool,
    ConvertLayoutOp: _plan_convert,
    ConcatOp: _plan_concat,
    ChannelShuffleOp: _plan_shuffle,
    TransposeOp: _plan_transpose,
    PadOp: _plan_pad,
    DilateOp: plan_dilate,
    ChannelSumsOp: plan_channel_sums,
    TakeImageOp: plan_take_image,
    SoftmaxOp: _plan_softmax,
    ResizeOp: _plan_resize,
}
