"""Weight gradients for tests: drawn at random, with schedules, and what a machine makes of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from convopt.backends.targets import cpu_target
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.ops.gradients import WeightGradientOp
from convopt.convdialect.schedules import Prefetch
from convopt.convdialect.shapes import Window
from convopt.passes.geometry.outer_products import OuterProducts
from convopt.passes.geometry.tile_classes import profile
from convopt.passes.geometry.weight_gradients import WeightGradient, weight_gradient_of
from convopt.passes.plan.weight_gradient_candidates import weight_gradient_schedules
from convopt.testing.drawing import groupings
from convopt.testing.execution import (
    Compiled,
    finished,
    lowered,
    planned,
    run_emulated,
    run_on_host,
)
from convopt.testing.gradients import GradientCase
from convopt.testing.guarded import Side

Array = npt.NDArray[np.float32]
KERNELS = [(1, 1), (3, 3), (5, 5), (7, 7), (11, 11), (1, 3), (5, 1), (2, 4)]
MOST_FMAS = 500
"""In the text of a drawn kernel: larger ones compile slowly."""


def op_of(module: ModuleOp) -> WeightGradientOp:
    """The only weight gradient of a module."""
    (op,) = (each for each in module.walk() if isinstance(each, WeightGradientOp))
    return op


def kernels_of(case: GradientCase, target: str, tile: GradientTileAttr | None) -> ModuleOp:
    """The case at level 4, with a schedule or the one that convopt chooses."""
    module = case.weight_gradient()
    op_of(module).schedule = tile
    return lowered(planned(module, target), target)


def compiled(case: GradientCase, target: str, tile: GradientTileAttr | None = None) -> Compiled:
    """The same as code."""
    return finished(kernels_of(case, target, tile), target)


def run_code(
    code: Compiled, inputs: Sequence[Array], side: Side = "end", threads: int = 1
) -> Array:
    """The result, between guard pages or, of AArch64 code, in the emulator."""
    if cpu_target(code.target).arch == "aarch64":
        (found,) = run_emulated(code, inputs, "neoverse-n1")
    else:
        (found,) = run_on_host(code, inputs, side, threads)
    return found


@st.composite
def weight_gradient_cases(draw: st.DrawFn, most_pixels: int = 14) -> GradientCase:
    """Of any grouping and window; `most_pixels` beyond what the kernel needs."""
    kernel = draw(st.sampled_from(KERNELS))
    pads, strides = st.integers(0, 4), st.integers(1, 3)
    window = Window(
        kernel,
        draw(st.tuples(strides, strides)),
        draw(st.tuples(pads, pads, pads, pads)),
        draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
    )
    least = [
        max(1, extent - before - after)
        for extent, before, after in zip(
            window.extent, window.padding[:2], window.padding[2:], strict=True
        )
    ]
    more = st.integers(0, most_pixels)
    size = (least[0] + draw(more), least[1] + draw(more))
    groups, inputs, outputs = draw(groupings())
    return GradientCase(draw(st.integers(1, 3)), groups, inputs, outputs, size, window)


@st.composite
def any_gradient_tiles(draw: st.DrawFn, case: GradientCase, target: str) -> GradientTileAttr:
    """Tiles that the kernels can do; many need more registers than there are."""
    lanes = cpu_target(target).lanes
    problem = weight_gradient_of(op_of(case.weight_gradient()))
    scheme = draw(st.sampled_from(problem.schemes(lanes)))
    if scheme is GradientScheme.BROADCAST:
        return draw(_product_tiles(OuterProducts(problem, lanes)))
    columns = draw(st.integers(1, 8))
    kernel_rows = problem.rows.kernel
    if not problem.has_static_edges(1, columns):
        assume(scheme is not GradientScheme.STRIP)
        return GradientTileAttr(scheme, 1, columns, kernel_rows, flush=draw(st.booleans()))
    rows = 1 if scheme is GradientScheme.STRIP else draw(st.integers(1, 4))
    assume(_fmas(problem, rows, columns) <= MOST_FMAS)
    is_strip = scheme is GradientScheme.STRIP
    return GradientTileAttr(
        scheme,
        rows,
        columns,
        draw(st.integers(1, kernel_rows)),
        draw(st.integers(1, min(3, rows * columns))),
        flush=draw(st.booleans()),
        prefetch=Prefetch.NONE if is_strip else draw(st.sampled_from(list(Prefetch)[:2])),
    )


def _fmas(problem: WeightGradient, rows: int, columns: int) -> int:
    taps_in_rows = sum(each.taps for each in profile(problem.rows, rows))
    taps_in_columns = sum(each.taps for each in profile(problem.columns, columns))
    return problem.group_inputs * taps_in_rows * taps_in_columns


@st.composite
def _product_tiles(draw: st.DrawFn, products: OuterProducts) -> GradientTileAttr:
    problem = products.problem
    vectors = [v for v in range(1, 5) if products.group_vectors % v == 0]
    return GradientTileAttr(
        GradientScheme.BROADCAST,
        draw(st.integers(1, problem.rows.outputs)),
        draw(st.integers(1, 4)),
        channels=draw(st.integers(1, min(6, products.run))),
        vectors=draw(st.sampled_from(vectors)),
        taps=draw(st.integers(1, min(3, problem.columns.kernel))),
    )


@st.composite
def legal_gradient_tiles(draw: st.DrawFn, case: GradientCase, target: str) -> GradientTileAttr:
    """The tiles that the planner chooses from: often thousands."""
    op = op_of(planned(case.weight_gradient(), target))
    tiles = [tile for tile, _ in weight_gradient_schedules(op, cpu_target(target))]
    return tiles[draw(st.integers(0, len(tiles) - 1))]
