"""Whether a kernel scheme can do what a weight gradient's schedule asks of it.

The planner asks for nothing else; a schedule written by hand might.
"""

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.layouts import block_of
from convopt.convdialect.ops.gradients import WeightGradientOp
from convopt.convdialect.schedules import Prefetch
from convopt.passes.geometry.outer_products import OuterProducts
from convopt.passes.geometry.weight_gradients import WeightGradient


def check_gradient_layouts(op: WeightGradientOp, target: CpuTarget) -> None:
    """Raise ConvoptError unless all tensors lie in the target's channel blocks."""
    tensors = {"input": op.input_type, "grad": op.grad_type, "result": op.result_type}
    for what, tensor in tensors.items():
        if block_of(tensor) != target.lanes:
            raise ConvoptError(
                f"expected the {what} of {op.name} in blocks of {target.lanes} channels "
                f"(conv-assign-layouts), found {tensor}"
            )


def check_gradient_tile(problem: WeightGradient, tile: GradientTileAttr, target: CpuTarget) -> None:
    """Raise ConvoptError, naming expected and found, for a tile that its scheme cannot do."""
    if tile.scheme is GradientScheme.BROADCAST:
        _check_products(OuterProducts(problem, target.lanes), tile)
    else:
        _check_lanes(problem, tile, target)


def _check_products(products: OuterProducts, tile: GradientTileAttr) -> None:
    if products.group_vectors % tile.vectors.data:
        raise ConvoptError(
            f"expected a tile whose vectors divide the {products.group_vectors} with the same "
            f"input channels, found {tile}"
        )
    if tile.channels.data > products.run:
        raise ConvoptError(
            f"expected at most {products.run} channels, which lie in one block, found {tile}"
        )
    limits = {
        "taps": (products.problem.columns.kernel, "kernel columns"),
        "rows": (products.problem.rows.outputs, "rows of the gradient"),
    }
    for name, (limit, what) in limits.items():
        if tile.extents[name] > limit:
            raise ConvoptError(f"expected at most {limit} {what}, found {tile}")


def _check_lanes(problem: WeightGradient, tile: GradientTileAttr, target: CpuTarget) -> None:
    inputs, outputs = problem.group_inputs, problem.group_outputs
    if not problem.has_lanes(target.lanes):
        raise ConvoptError(
            f"expected groups that fill vectors of {target.lanes} channels, with as many inputs as "
            f"outputs or one, in scheme {tile.scheme}, found {inputs} inputs and {outputs} outputs"
        )
    if tile.scheme is GradientScheme.STRIP:
        _check_strip(problem)
    kernel_rows, passes = problem.rows.kernel, tile.passes.data
    if passes > kernel_rows:
        raise ConvoptError(
            f"expected at most a pass for each of {kernel_rows} kernel rows, found {tile}"
        )
    pixels = tile.rows.data * tile.columns.data
    if tile.sets.data > pixels:
        raise ConvoptError(f"expected at most a set of sums for each pixel of a tile, found {tile}")
    if not problem.has_static_edges(tile.rows.data, tile.columns.data):
        _check_run_time_edges(problem, tile)


def _check_strip(problem: WeightGradient) -> None:
    if problem.group_inputs != 1:
        raise ConvoptError(
            f"expected one input channel a group in scheme strip, found {problem.group_inputs}"
        )
    if problem.rows.dilation != 1:
        raise ConvoptError(
            f"expected rows without dilation in scheme strip, found {problem.rows.dilation}"
        )


def _check_run_time_edges(problem: WeightGradient, tile: GradientTileAttr) -> None:
    """Where edges have no code of their own, kernel rows are a loop over passes."""
    taps = f"{problem.taps} taps and edges have no code of their own"
    if tile.scheme is GradientScheme.STRIP:
        raise ConvoptError(f"expected another scheme than strip where the kernel has {taps}")
    if tile.rows.data > 1 or tile.passes.data != problem.rows.kernel:
        raise ConvoptError(
            f"expected a tile of one row and {problem.rows.kernel} passes where the kernel has "
            f"{taps}, found {tile}"
        )
    if tile.prefetch is not Prefetch.NONE:
        raise ConvoptError(f"expected no prefetch where the kernel has {taps}, found {tile}")
