"""Random convolutions with random schedules: legal ones, and any that the kernels can do."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.backends.targets import cpu_target
from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.convdialect.schedules import TileAttr
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import any_tiles, cases, legal_tiles
from convopt.testing.execution import compiled, planned_convolution, run_emulated, run_on_host
from convopt.testing.guarded import Side
from convopt.testing.targets import pretended, runnable_targets

EMULATED = "cortex-a72"
drawn = settings(deadline=None, suppress_health_check=list(HealthCheck))
sides = st.sampled_from(["start", "end"])


@st.composite
def scheduled_cases(
    draw: st.DrawFn, target: str, most_pixels: int = 14
) -> tuple[ConvolutionCase, TileAttr]:
    """A convolution and its schedule."""
    case = draw(cases(most_pixels))
    op, machine = planned_convolution(case.module(), target), cpu_target(target)
    return case, draw(st.one_of(legal_tiles(op, machine), any_tiles(op, machine)))


def check(
    case: ConvolutionCase,
    target: str,
    tile: TileAttr | None,
    side: Side = "end",
    threads: int = 1,
) -> None:
    """Compare with float64; `tile` None is what convopt chooses."""
    inputs = case.inputs()
    expected = run(case.module(), inputs)
    code = compiled(case.module(), target, tile)
    if cpu_target(target).arch == "aarch64":
        (found,) = run_emulated(code, inputs, EMULATED)
    else:
        (found,) = run_on_host(code, inputs, side, threads)
    assert relative_error(found, expected[0]) < 1e-5


@pytest.mark.parametrize("target", runnable_targets())
@settings(drawn, max_examples=30)
@given(data=st.data(), side=sides, threads=st.integers(1, 3))
def test_schedules_on_the_host(target: str, data: st.DataObject, side: Side, threads: int) -> None:
    case, tile = data.draw(scheduled_cases(target))
    check(case, target, tile, side, threads)


@settings(drawn, max_examples=20)
@given(scheduled_cases(EMULATED, most_pixels=10))
def test_schedules_on_aarch64(scheduled: tuple[ConvolutionCase, TileAttr]) -> None:
    case, tile = scheduled
    check(case, EMULATED, tile)


UNUSUAL = {
    "NEON, 2 lanes, 8 registers": (EMULATED, 2, 8),
    "NEON, 8 registers": (EMULATED, 4, 8),
    "host, 4 lanes": ("host", 4, None),
    "host, 2 lanes": ("host", 2, None),
    "host, 8 registers": ("host", None, 8),
    "host, 2 lanes, 8 registers": ("host", 2, 8),
}


@pytest.mark.parametrize("name", UNUSUAL)
@settings(drawn, max_examples=6)
@given(data=st.data(), side=sides)
def test_unusual_targets(
    name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, side: Side
) -> None:
    like, lanes, registers = UNUSUAL[name]
    target = pretended(tmp_path_factory.getbasetemp(), like, lanes, registers)
    check(data.draw(cases(most_pixels=10)), target, None, side)
