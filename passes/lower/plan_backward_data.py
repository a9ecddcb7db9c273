"""Kernel plans of `conv.backward_data`, which is depthwise once conv-lower-gradients has run."""

from functools import partial

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.schedules import Prefetch, TileAttr, TileScheme
from convopt.passes.cost.backward_data import backward_problem
from convopt.passes.cost.by_pixel_cost import holds_weights
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.lower.builder import KernelBuilder
from convopt.passes.lower.epilogue import Epilogue
from convopt.passes.lower.kernel_names import KernelName, digest_of, window_text
from convopt.passes.lower.kernel_plan import KernelPlan, Operand
from convopt.passes.lower.kernels.by_pixel_shape import ByPixelShape
from convopt.passes.lower.kernels.feature_map import FeatureMap
from convopt.passes.lower.kernels.output_rows import KernelOutput
from convopt.passes.lower.kernels.rotate import RotateKernel
from convopt.passes.lower.kernels.spread_strip import SpreadStripKernel
from convopt.passes.lower.kernels.strip import StripKernel
from convopt.passes.lower.packing import pack_blocked, pack_rotate
from convopt.passes.lower.schedule_checks import check_by_pixel_tile


def plan_backward_data(op: BackwardDataOp, target: CpuTarget) -> KernelPlan:
    """The kernel of depthwise backward data with a schedule."""
    tile = op.schedule
    if tile is None:
        raise ConvoptError(f"expected {op.name} with a schedule (conv-choose-tiles), found none")
    _check(op, tile, target)
    shape = _shape(op, tile, target)

    def write(builder: KernelBuilder) -> None:
        grad, weights, result, begin, end = builder.arguments
        output = KernelOutput(builder, Epilogue(None, None, None), (), (), FeatureMap(result))
        scheme = _scheme(tile, shape)
        scheme(builder, shape, FeatureMap(grad), weights, output).write(begin, end)

    window = op.window
    detail = repr((window, [str(value.type) for value in (*op.operands, op.result)], str(tile)))
    name = KernelName(
        "dw_data",
        tuple(op.result_type.get_shape()[1:]),
        target.lanes,
        digest_of(detail),
        window_text(window.kernel, window.stride, 1),
        (tile.rows.data, tile.columns.data),
    )
    return KernelPlan(
        name,
        (
            Operand(op.grad, partial(pack_blocked, lanes=target.lanes)),
            Operand(op.filter, partial(pack_rotate, lanes=target.lanes), constant=True),
        ),
        (
            shape.input_type(target.lanes),
            *shape.weight_types(target.lanes, ()),
            shape.output_type(target.lanes),
        ),
        shape.parallel_extent,
        write,
        detail,
        op.macs,
    )


def _check(op: BackwardDataOp, tile: TileAttr, target: CpuTarget) -> None:
    """Raise ConvoptError for layouts and tiles that there are no kernels for."""
    problem = backward_problem(op)
    if problem is None:
        raise ConvoptError(f"expected depthwise {op.name} (conv-lower-gradients), found another")
    for what, tensor in (("grad", op.grad_type), ("result", op.result_type)):
        if block_of(tensor) != target.lanes:
            raise ConvoptError(
                f"expected the {what} of {op.name} in blocks of {target.lanes} channels "
                f"(conv-assign-layouts), found {tensor}"
            )
    if tile.scheme not in (TileScheme.ROTATE, TileScheme.STRIP):
        raise ConvoptError(f"expected scheme rotate or strip in {op.name}, found {tile}")
    check_by_pixel_tile(tile, problem.rows, problem.columns)
    if tile.scheme is TileScheme.ROTATE and tile.prefetch is Prefetch.INPUT:
        raise ConvoptError(f"expected prefetch none or output in {op.name}, found {tile}")


def _scheme(
    tile: TileAttr, shape: ByPixelShape
) -> type[RotateKernel | StripKernel | SpreadStripKernel]:
    if tile.scheme is TileScheme.ROTATE:
        return RotateKernel
    is_spread = shape.rows.base_dilation > 1 or shape.columns.base_dilation > 1
    return SpreadStripKernel if is_spread else StripKernel


def _shape(op: BackwardDataOp, tile: TileAttr, target: CpuTarget) -> ByPixelShape:
    problem = backward_problem(op)
    assert problem is not None
    batch, channels = op.result_type.get_shape()[:2]
    size = (tile.rows.data, tile.columns.data)
    return ByPixelShape(
        batch,
        -(-channels // target.lanes),
        problem.rows,
        problem.columns,
        1,
        size,
        static_edges=has_static_edges(problem.rows, problem.columns, size),
        weights_in_registers=holds_weights(problem, target, *size),
        prefetch=tile.prefetch,
        parallel=tile.parallel,
        reversed_taps=True,
    )
