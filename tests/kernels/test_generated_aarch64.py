"""Random convolutions as AArch64 code in the emulator, against a float64 reference."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.convdialect.shapes import Window
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import cases
from convopt.testing.execution import compiled, run_emulated

CPUS = {"cortex-a72": "cortex-a72", "neoverse-n1": "neoverse-n1", "cortex-a53": "cortex-a53"}


def check_case(case: ConvolutionCase, target: str) -> None:
    module, inputs = case.module(), case.inputs()
    expected = run(module, inputs)
    found = run_emulated(compiled(module, target), inputs, CPUS[target])
    assert relative_error(found[0], expected[0]) < 1e-5


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(most_pixels=12), st.sampled_from(sorted(CPUS)))
def test_random_convolutions(case: ConvolutionCase, target: str) -> None:
    check_case(case, target)


@pytest.mark.parametrize(
    "case",
    [
        ConvolutionCase(1, 16, 1, 1, (28, 28), Window((3, 3), padding=(1,) * 4)),
        ConvolutionCase(1, 4, 4, 4, (17, 17), Window((3, 3), padding=(1,) * 4)),
        ConvolutionCase(1, 8, 2, 2, (17, 17), Window((3, 3), padding=(1,) * 4)),
        ConvolutionCase(1, 1, 20, 24, (14, 14), Window((1, 1)), activation="hard_swish"),
        ConvolutionCase(1, 1, 3, 8, (31, 31), Window((3, 3), (2, 2), (1,) * 4)),
    ],
    ids=["depthwise", "grouped, 4", "grouped, 2", "pointwise", "stem"],
)
def test_layers_large_enough_for_middle_tiles(case: ConvolutionCase) -> None:
    check_case(case, "cortex-a72")
