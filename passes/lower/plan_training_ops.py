"""Kernel plans of what only training needs: sums over channels, and moving pixels apart."""

from math import prod

from xdsl.ir import Operation

from convopt.backends.targets import CpuTarget
from convopt.convdialect.ops.reduction import ChannelSumsOp, TakeImageOp
from convopt.convdialect.ops.transposed import DilateOp
from convopt.passes.lower.builder import f32_memref
from convopt.passes.lower.kernel_plan import KernelPlan
from convopt.passes.lower.kernels import movement
from convopt.passes.lower.kernels.channel_sums import ChannelSums
from convopt.passes.lower.op_plan import blocked_images, op_plan, require_blocked, shape_of
from convopt.passes.lower.plan_convolution import region_text


def plan_channel_sums(op: Operation, target: CpuTarget) -> KernelPlan:
    """The kernel of conv.channel_sums."""
    assert isinstance(op, ChannelSumsOp)
    require_blocked(op)
    images, channels, *size = op.broadcast_shape
    sizes = (images, -(-channels // target.lanes), prod(size))
    shapes = [shape_of(value) for value in op.inputs]
    broadcast = tuple((shape[0] == 1, prod(shape[2:]) == 1) for shape in shapes)
    kernel = ChannelSums(*sizes, broadcast, op.result_type.get_shape()[0])
    body = op.body.block
    return op_plan(
        "channel_sums",
        op,
        target,
        kernel.argument_types(target.lanes),
        sizes[1],
        lambda b: kernel.write(b, body),
        detail=region_text(op.body),
    )


def plan_take_image(op: Operation, target: CpuTarget) -> KernelPlan:
    """The kernel of conv.take_image."""
    assert isinstance(op, TakeImageOp)
    require_blocked(op)
    images = op.input_type.get_shape()[0]
    *sizes, lanes = blocked_images(op.result)
    vectors, number = prod(sizes), op.number
    return op_plan(
        "take_image",
        op,
        target,
        [f32_memref(images, vectors, lanes), f32_memref(vectors, lanes)],
        vectors,
        lambda b: movement.write_take_image(b, number),
    )


def plan_dilate(op: Operation, target: CpuTarget) -> KernelPlan:
    """The kernel of conv.dilate."""
    assert isinstance(op, DilateOp)
    require_blocked(op)
    source, result = blocked_images(op.input), blocked_images(op.result)
    sizes = (source[1], source[2]), (result[1], result[2])
    stride, before = op.stride, op.before
    return op_plan(
        "dilate",
        op,
        target,
        [f32_memref(*source), f32_memref(*result)],
        source[0],
        lambda b: movement.write_dilate(b, *sizes, stride, before),
    )
