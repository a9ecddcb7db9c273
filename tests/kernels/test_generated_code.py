"""Random convolutions: generated code between guard pages against a float64 reference."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import cases
from convopt.testing.execution import compiled, run_on_host
from convopt.testing.guarded import Side
from convopt.testing.targets import runnable_targets


def check_case(case: ConvolutionCase, target: str, side: Side = "end", threads: int = 1) -> None:
    module, inputs = case.module(), case.inputs()
    expected = run(module, inputs)
    found = run_on_host(compiled(module, target), inputs, side, threads)
    assert relative_error(found[0], expected[0]) < 1e-5


@pytest.mark.parametrize("target", runnable_targets())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(["start", "end"]), st.integers(1, 3))
def test_random_convolutions(target: str, case: ConvolutionCase, side: Side, threads: int) -> None:
    check_case(case, target, side, threads)


FULL_SIZE = {
    "depthwise 3x3": ConvolutionCase(1, 48, 1, 1, (28, 28), Window((3, 3), padding=(1,) * 4)),
    "depthwise 3x3 stride 2": ConvolutionCase(
        1, 48, 1, 1, (28, 28), Window((3, 3), (2, 2), (0, 0, 1, 1)), activation="relu6"
    ),
    "depthwise 7x7": ConvolutionCase(1, 32, 1, 1, (28, 28), Window((7, 7), padding=(3,) * 4)),
    "pointwise": ConvolutionCase(1, 1, 40, 72, (14, 14), Window((1, 1)), residual=True),
    "pointwise with a tail": ConvolutionCase(1, 1, 24, 72, (7, 7), Window((1, 1))),
    "grouped, 4 channels": ConvolutionCase(1, 8, 4, 4, (28, 28), Window((3, 3), padding=(1,) * 4)),
    "grouped, 32 channels": ConvolutionCase(
        2, 2, 32, 32, (14, 14), Window((3, 3), padding=(1,) * 4)
    ),
    "stem": ConvolutionCase(1, 1, 3, 32, (64, 64), Window((3, 3), (2, 2), (1,) * 4)),
}


@pytest.mark.parametrize("target", runnable_targets())
@pytest.mark.parametrize("name", FULL_SIZE)
def test_layers_large_enough_for_middle_tiles(name: str, target: str) -> None:
    check_case(FULL_SIZE[name], target)


def test_a_wrong_weight_is_noticed() -> None:
    case = FULL_SIZE["depthwise 3x3"]
    module, inputs = case.module(), case.inputs()
    expected = run(module, inputs)
    found = run_on_host(compiled(case.module(seed=1), "host"), inputs)
    assert relative_error(found[0], expected[0]) > 0.1
