"""Random weight gradients with random schedules, against the float64 reference."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.gradient_schedules import GradientTileAttr
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.testing.gradients import GradientCase
from convopt.testing.guarded import Side
from convopt.testing.targets import pretended, runnable_targets
from convopt.testing.weight_gradients import (
    any_gradient_tiles,
    compiled,
    legal_gradient_tiles,
    run_code,
    weight_gradient_cases,
)

EMULATED = "neoverse-n1"
drawn = settings(deadline=None, suppress_health_check=list(HealthCheck))
sides = st.sampled_from(["start", "end"])


def check(
    case: GradientCase,
    target: str,
    tile: GradientTileAttr | None = None,
    side: Side = "end",
    threads: int = 1,
) -> None:
    """Right, and the same with any number of threads; `tile` None is what convopt chooses."""
    inputs = [case.input, case.grad]
    (expected,) = run(case.weight_gradient(), inputs)
    code = compiled(case, target, tile)
    found = run_code(code, inputs, side)
    assert relative_error(found, expected) < 1e-5 or not (expected.any() or found.any())
    if threads > 1:
        assert np.array_equal(run_code(code, inputs, side, threads), found)


@pytest.mark.parametrize("target", runnable_targets())
@settings(drawn, max_examples=10)
@given(case=weight_gradient_cases(most_pixels=9), side=sides, threads=st.integers(1, 3))
def test_chosen_schedules(target: str, case: GradientCase, side: Side, threads: int) -> None:
    check(case, target, None, side, threads)


@pytest.mark.parametrize("target", runnable_targets())
@settings(drawn, max_examples=15)
@given(data=st.data(), side=sides, threads=st.integers(1, 3))
def test_any_schedules(target: str, data: st.DataObject, side: Side, threads: int) -> None:
    case = data.draw(weight_gradient_cases(most_pixels=7))
    check(case, target, data.draw(any_gradient_tiles(case, target)), side, threads)


@settings(drawn, max_examples=8)
@given(data=st.data(), side=sides)
def test_legal_schedules(data: st.DataObject, side: Side) -> None:
    case = data.draw(weight_gradient_cases(most_pixels=6))
    check(case, "host", data.draw(legal_gradient_tiles(case, "host")), side)


@settings(drawn, max_examples=15)
@given(data=st.data())
def test_on_aarch64(data: st.DataObject) -> None:
    case = data.draw(weight_gradient_cases(most_pixels=7))
    check(case, EMULATED, data.draw(st.one_of(st.none(), any_gradient_tiles(case, EMULATED))))


UNUSUAL = {
    "NEON, 2 lanes, 8 registers": (EMULATED, 2, 8),
    "host, 4 lanes": ("host", 4, None),
    "host, 2 lanes, 8 registers": ("host", 2, 8),
}


@pytest.mark.parametrize("name", UNUSUAL)
@settings(drawn, max_examples=4)
@given(case=weight_gradient_cases(most_pixels=6))
def test_unusual_targets(
    name: str, tmp_path_factory: pytest.TempPathFactory, case: GradientCase
) -> None:
    like, lanes, registers = UNUSUAL[name]
    check(case, pretended(tmp_path_factory.getbasetemp(), like, lanes, registers))


SAME_3X3 = Window((3, 3), padding=(1,) * 4)
FULL_SIZE = {
    "depthwise 3x3": GradientCase(1, 48, 1, 1, (28, 28), SAME_3X3),
    "depthwise 3x3, long sums": GradientCase(2, 16, 1, 1, (112, 112), SAME_3X3),
    "depthwise 5x5": GradientCase(1, 32, 1, 1, (28, 28), Window((5, 5), padding=(2,) * 4)),
    "depthwise 7x7": GradientCase(1, 16, 1, 1, (56, 56), Window((7, 7), padding=(3,) * 4)),
    "4 channels a group": GradientCase(1, 8, 4, 4, (56, 56), SAME_3X3),
    "pointwise": GradientCase(1, 1, 40, 72, (28, 28), Window((1, 1))),
    "pointwise, long sums": GradientCase(2, 1, 16, 24, (112, 112), Window((1, 1))),
    "stem": GradientCase(1, 1, 3, 32, (64, 64), Window((3, 3), (2, 2), (1,) * 4)),
}


@pytest.mark.parametrize("target", runnable_targets())
@pytest.mark.parametrize("name", FULL_SIZE)
def test_layers_large_enough_for_middle_tiles(name: str, target: str) -> None:
    check(FULL_SIZE[name], target, threads=2)


def test_a_wrong_gradient_is_noticed() -> None:
    case = FULL_SIZE["depthwise 3x3"]
    (expected,) = run(case.weight_gradient(), [case.input, case.grad])
    wrong = case.grad
    wrong[0, 5, 7, 7] += 1.0
    found = run_code(compiled(case, "host"), [case.input, wrong])
    assert relative_error(found, expected) > 1e-4
