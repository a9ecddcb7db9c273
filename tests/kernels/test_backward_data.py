"""Depthwise backward data: generated code against the float64 reference, and wrong schedules."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.gradients import BackwardDataOp
from convopt.convdialect.reference import run
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.passes.geometry.schemes import backward_axes_of
from convopt.passes.geometry.tile_code import has_static_edges
from convopt.testing.execution import (
    Compiled,
    finished,
    lowered,
    planned,
    run_emulated,
    run_on_host,
    run_passes,
)
from convopt.testing.gradients import GradientCase, depthwise_cases
from convopt.testing.targets import runnable_targets

EMULATED = "neoverse-n1"
ROTATE, STRIP = TileScheme.ROTATE, TileScheme.STRIP
random_cases = settings(deadline=None, suppress_health_check=list(HealthCheck))


def compiled(case: GradientCase, target: str, tile: TileAttr | None = None) -> Compiled:
    """With a schedule, or the one that convopt chooses."""
    module = case.backward_data()
    if tile is not None:
        (gradient,) = (op for op in module.walk() if isinstance(op, BackwardDataOp))
        gradient.schedule = tile
    return finished(lowered(planned(module, target), target), target)


def check_on_host(code: Compiled, case: GradientCase) -> None:
    (expected,) = run(case.backward_data(), [case.grad])
    for side in ("start", "end"):
        (found,) = run_on_host(code, [case.grad], side)
        assert relative_error(found, expected) < 1e-5 or not expected.any()


def check_emulated(code: Compiled, case: GradientCase) -> None:
    (expected,) = run(case.backward_data(), [case.grad])
    (found,) = run_emulated(code, [case.grad], EMULATED)
    assert relative_error(found, expected) < 1e-5 or not expected.any()


@settings(random_cases, max_examples=40)
@given(depthwise_cases(), st.sampled_from(runnable_targets()))
def test_random_gradients(case: GradientCase, target: str) -> None:
    check_on_host(compiled(case, target), case)


@settings(random_cases, max_examples=15)
@given(depthwise_cases(most_pixels=9))
def test_random_gradients_on_aarch64(case: GradientCase) -> None:
    check_emulated(compiled(case, EMULATED), case)


@settings(random_cases, max_examples=40)
@given(depthwise_cases(), st.integers(1, 3), st.integers(1, 8), st.sampled_from([ROTATE, STRIP]))
def test_random_tiles(case: GradientCase, rows: int, columns: int, scheme: TileScheme) -> None:
    stride, dilation = case.window.stride, case.window.dilation
    assume(scheme is ROTATE or dilation[0] == 1 or stride != (1, 1))
    tile_rows = rows * stride[0] if scheme is ROTATE else 1
    tile = TileAttr(scheme, tile_rows, columns * stride[1])
    (gradient,) = (op for op in case.backward_data().walk() if isinstance(op, BackwardDataOp))
    size = (tile.rows.data, tile.columns.data)
    assume(tile_rows == 1 or has_static_edges(*backward_axes_of(gradient), size))
    check_on_host(compiled(case, "host", tile), case)


LARGE = {
    "tiles, stride 1": (Window((3, 3), padding=(1,) * 4), TileAttr(ROTATE, 2, 7)),
    "tiles, stride 2": (
        Window((3, 3), (2, 2), (1,) * 4),
        TileAttr(ROTATE, 2, 8, prefetch=Prefetch.OUTPUT, parallel=Parallel.PIXELS),
    ),
    "strip, stride 1": (Window((3, 3), padding=(1,) * 4), TileAttr(STRIP, 1, 6)),
    "strip, stride 2": (Window((3, 3), (2, 2), (1,) * 4), TileAttr(STRIP, 1, 12)),
    "strip, 5x5, stride 2": (Window((5, 5), (2, 2), (2,) * 4), TileAttr(STRIP, 1, 4)),
    "strip, stride 3": (Window((3, 5), (3, 2), (0, 1, 2, 3)), TileAttr(STRIP, 1, 4)),
    "strip, rows without inputs": (Window((1, 2), (3, 3)), TileAttr(STRIP, 1, 6)),
    "rows at run time": (
        Window((11, 11), padding=(5, 4, 3, 5), dilation=(2, 1)),
        TileAttr(ROTATE, 1, 5),
    ),
}


@pytest.mark.parametrize(("window", "tile"), LARGE.values(), ids=LARGE)
def test_images_with_middle_tiles(window: Window, tile: TileAttr) -> None:
    """The loops between the edges run, too."""
    case = GradientCase(2, 20, 1, 1, (38, 35), window)
    check_on_host(compiled(case, "host", tile), case)
    check_emulated(compiled(case, EMULATED, tile), case)


@pytest.mark.parametrize("parallel", [Parallel.BLOCKS, Parallel.PIXELS])
def test_threads_give_the_same_bits(parallel: Parallel) -> None:
    case = GradientCase(2, 40, 1, 1, (19, 19), Window((3, 3), (2, 2), (1,) * 4))
    code = compiled(case, "host", TileAttr(ROTATE, 2, 4, parallel=parallel))
    (alone,), (together,) = (run_on_host(code, [case.grad], threads=n) for n in (1, 3))
    np.testing.assert_array_equal(alone, together)


SAME = Window((3, 3), padding=(1,) * 4)
STRIDED = Window((3, 3), (2, 3), (1,) * 4)
CANNOT = {
    "scheme": (
        SAME,
        TileAttr(TileScheme.BROADCAST, 1, 4),
        "expected scheme rotate or strip in conv.backward_data, found "
        "#conv.tile<broadcast, columns = 4>",
    ),
    "vectors": (
        SAME,
        TileAttr(ROTATE, 1, 4, 2),
        "expected one vector in scheme rotate, found #conv.tile<rotate, columns = 4, vectors = 2>",
    ),
    "rows that begin between inputs": (
        STRIDED,
        TileAttr(ROTATE, 1, 3),
        "expected a multiple of 2 rows, found #conv.tile<rotate, columns = 3>",
    ),
    "columns that begin between inputs": (
        STRIDED,
        TileAttr(STRIP, 1, 4),
        "expected a multiple of 3 columns, found #conv.tile<strip, columns = 4>",
    ),
    "strip of dilated rows": (
        Window((3, 3), dilation=(2, 1)),
        TileAttr(STRIP, 1, 4),
        "expected rows without dilation in scheme strip, found 2",
    ),
    "asking for the input": (
        SAME,
        TileAttr(ROTATE, 1, 4, prefetch=Prefetch.INPUT),
        "expected prefetch none or output in conv.backward_data, found "
        "#conv.tile<rotate, columns = 4, prefetch = input>",
    ),
}


@pytest.mark.parametrize(("window", "tile", "message"), CANNOT.values(), ids=CANNOT)
def test_schedules_that_cannot_be(window: Window, tile: TileAttr, message: str) -> None:
    with pytest.raises(ConvoptError, match=re.escape(message)):
        compiled(GradientCase(1, 20, 1, 1, (19, 19), window), "host", tile)


def test_what_is_not_depthwise_is_lowered_before() -> None:
    module = GradientCase(1, 2, 4, 4, (9, 9), SAME).backward_data()
    with pytest.raises(ConvoptError, match=r"expected depthwise conv\.backward_data"):
        run_passes(("conv-assign-layouts", "conv-choose-tiles"), module, "host")
