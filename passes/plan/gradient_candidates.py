"""The schedules of gradients with their predicted cycles."""

from functools import lru_cache
from math import prod

from convopt.backends.targets import CpuTarget
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import physical_shape
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import FLOAT_BYTES
from convopt.passes.cost.backward_data import Sized, backward_costs, backward_problem
from convopt.passes.cost.by_pixel_cost import ByPixelProblem
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.passes.plan.candidates import preferred_parallel


def best_backward_schedule(op: BackwardDataOp, target: CpuTarget) -> tuple[TileAttr, float]:
    """The schedule with the fewest predicted cycles for one image, and these cycles.

    Raises ConvoptError where the op is not depthwise.
    """
    problem = backward_problem(op)
    if problem is None:
        raise ConvoptError(f"expected depthwise {op.name} (conv-lower-gradients), found another")
    (scheme, rows, columns, vectors), cycles = _best(problem, target)
    blocks = -(-op.result_type.get_shape()[1] // target.lanes)
    is_rotate = scheme is TileScheme.ROTATE
    activations = FLOAT_BYTES * sum(
        prod(physical_shape(each)) for each in (op.grad_type, op.result_type)
    )
    # A stride's result is several times the gradient: its stores wait, wherever it lies.
    is_spread = problem.rows.base_dilation * problem.columns.base_dilation > 1
    asks = (
        is_rotate
        and target.prefetches
        and has_static_edges(problem.rows, problem.columns, (rows, columns))
        and activations > target.l1_bytes
        and (is_spread or activations <= target.l2_bytes)
    )
    tiles = -(-problem.rows.outputs // rows)
    tile = TileAttr(
        scheme,
        rows,
        columns,
        vectors,
        Prefetch.OUTPUT if asks else Prefetch.NONE,
        preferred_parallel(tiles, blocks, Parallel.PIXELS) if is_rotate else Parallel.BLOCKS,
    )
    return tile, cycles * blocks


@lru_cache(maxsize=1024)
def _best(problem: ByPixelProblem, target: CpuTarget) -> tuple[Sized, float]:
    costs = backward_costs(problem, target)
    cycles, tile = min((cycles, tile) for tile, cycles in costs if cycles is not None)
    return tile, cycles
