"""Fused modules of random convolutions with random schedules, against float64."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.convdialect.schedules import TileAttr
from convopt.testing.chains import ChainCase, chains, fused, module_schedules
from convopt.testing.execution import finished, lowered, run_emulated, run_on_host
from convopt.testing.guarded import Side
from convopt.testing.targets import runnable_targets

EMULATED = "cortex-a72"
drawn = settings(deadline=None, suppress_health_check=list(HealthCheck))
sides = st.sampled_from(["start", "end"])


@st.composite
def scheduled_chains(
    draw: st.DrawFn, target: str, most_pixels: int = 16
) -> tuple[ChainCase, list[TileAttr], int]:
    """A chain, the tiles of its stages and the rows of a band."""
    case = draw(chains(most_pixels=most_pixels))
    _, stages = case.planned(target)
    return case, *draw(module_schedules(stages, target))


@pytest.mark.parametrize("target", runnable_targets())
@settings(drawn, max_examples=15)
@given(data=st.data(), side=sides, threads=st.integers(1, 3))
def test_modules_on_the_host(target: str, data: st.DataObject, side: Side, threads: int) -> None:
    case, tiles, band = data.draw(scheduled_chains(target))
    expected = run(case.module(), case.inputs())
    code = finished(lowered(fused(case, tiles, band, target), target), target)
    (found,) = run_on_host(code, case.inputs(), side, threads)
    assert relative_error(found, expected[0]) < 1e-5


@settings(drawn, max_examples=12)
@given(scheduled_chains(EMULATED, most_pixels=10))
def test_modules_on_aarch64(scheduled: tuple[ChainCase, list[TileAttr], int]) -> None:
    case, tiles, band = scheduled
    expected = run(case.module(), case.inputs())
    code = finished(lowered(fused(case, tiles, band, EMULATED), EMULATED), EMULATED)
    (found,) = run_emulated(code, case.inputs(), EMULATED)
    assert relative_error(found, expected[0]) < 1e-5
