"""Kernel plans of weight gradients."""

from collections.abc import Callable
from functools import partial

from xdsl.ir import Attribute

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.ops.gradients import WeightGradientOp
from convopt.passes.geometry.outer_products import OuterProducts, ProductTile
from convopt.passes.geometry.weight_gradients import weight_gradient_of
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.gradient_checks import check_gradient_layouts, check_gradient_tile
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.kernels.lane_gradient import LaneGradientKernel
from convopt.passes.lower.kernels.lane_gradient_shape import LaneGradientShape
from convopt.passes.lower.kernels.lane_operands import LaneOperands
from convopt.passes.lower.kernels.lane_results import LaneResults
from convopt.passes.lower.kernels.lane_strip import LaneStripKernel
from convopt.passes.lower.kernels.outer_product import OuterProductKernel
from convopt.passes.lower.kernels.outer_product_shape import OuterProductShape
from convopt.passes.lower.packing import pack_blocked


def plan_weight_gradient(op: WeightGradientOp, target: CpuTarget) -> KernelPlan:
    """The kernel of a weight gradient with a schedule, all tensors in the target's blocks."""
    tile = op.schedule
    if tile is None:
        raise ConvoptError(f"expected {op.name} with a schedule (conv-choose-tiles), found none")
    problem = weight_gradient_of(op)
    check_gradient_layouts(op, target)
    check_gradient_tile(problem, tile, target)
    if tile.scheme is GradientScheme.BROADCAST:
        return _of_outer_products(op, tile, target)
    return _by_lane(op, tile, target)


def _of_outer_products(
    op: WeightGradientOp, tile: GradientTileAttr, target: CpuTarget
) -> KernelPlan:
    products = OuterProducts(weight_gradient_of(op), target.lanes)
    sums = ProductTile(tile.channels.data, tile.taps.data, tile.vectors.data)
    shape = OuterProductShape(
        products,
        tile,
        products.loads_vectors(target.indexed_fma),
        products.keeps_inputs(sums, target.vector_registers, target.indexed_fma),
        vectors_apart=not target.fma_reads_memory,
    )

    def write(b: KernelBuilder) -> None:
        source, grad, result, *_ = b.arguments
        OuterProductKernel(b, shape, source, grad, result).write()

    types = (shape.input_type, shape.grad_type, shape.result_type)
    return _plan(op, tile, target, types, shape.chunks.extent, write)


def _by_lane(op: WeightGradientOp, tile: GradientTileAttr, target: CpuTarget) -> KernelPlan:
    problem = weight_gradient_of(op)
    static_edges = problem.has_static_edges(tile.rows.data, tile.columns.data)
    shape = LaneGradientShape(problem, tile, target.lanes, target.vector_registers, static_edges)

    def write(b: KernelBuilder) -> None:
        source, grad, result, begin, end = b.arguments
        rows_apart = not target.fma_reads_memory
        operands = LaneOperands(b, source, grad, shape.multiplier, rows_apart)
        by_strip = tile.scheme is GradientScheme.STRIP
        kernel = LaneStripKernel if by_strip else LaneGradientKernel
        kernel(b, shape, operands, LaneResults(b, shape, result)).write(begin, end)

    types = (shape.input_type, shape.grad_type, shape.result_type)
    return _plan(op, tile, target, types, shape.blocks, write)


def _plan(
    op: WeightGradientOp,
    tile: GradientTileAttr,
    target: CpuTarget,
    buffer_types: tuple[Attribute, ...],
    extent: int,
    write: Callable[[KernelBuilder], None],
) -> KernelPlan:
    pack = partial(pack_blocked, lanes=target.lanes)
    operands = (Operand(op.input, pack), Operand(op.grad, pack))
    name, detail = _kernel_name(op, tile, target.lanes)
    return KernelPlan(name, operands, buffer_types, extent, write, detail, op.macs)


def _kernel_name(
    op: WeightGradientOp, tile: GradientTileAttr, lanes: int
) -> tuple[KernelName, str]:
    """The name, and what tells the kernel from others of the same shape."""
    detail = repr(
        (op.window, op.group_count, [str(value.type) for value in op.operands], str(tile))
    )
    name = KernelName(
        "wgrad",
        tuple(op.result_type.get_shape()[1:]),
        lanes,
        digest_of(detail),
        window_text(op.window.kernel, op.window.stride, op.group_count),
        (tile.rows.data, tile.columns.data),
    )
    return name, detail
