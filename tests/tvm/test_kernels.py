"""All kinds of f32 kernels, with random shapes and blocks: exact CUDA text on the CPU, by
float64."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convopt.comparison import relative_error
from convopt.testing.cuda.drawing import STAGES, KernelCase, kernel_cases

AT_ONCE = 3
"""Kernels that the C++ compiler gets in one text."""
EXAMPLES = 3
"""The first one that hypothesis makes is the smallest: a thread, a channel, a pixel."""
drawn = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # making an example smaller takes minutes
)


@pytest.mark.parametrize("kind", STAGES)
@settings(drawn, max_examples=EXAMPLES)
@given(data=st.data())
def test_kernels(kind: str, data: st.DataObject, compare) -> None:
    cases = data.draw(st.lists(kernel_cases(kind), min_size=AT_ONCE, max_size=AT_ONCE))
    for case, found, wanted in compare(cases, checked=False):
        assert relative_error(found, wanted) < 1e-5, case


@settings(drawn, max_examples=EXAMPLES)
@given(cases=st.tuples(*map(kernel_cases, STAGES)))
def test_every_access(cases: tuple[KernelCase, ...], compare) -> None:
    """No races, nothing read that is not there yet, nothing outside of a buffer."""
    for case, found, wanted in compare(cases, checked=True):
        assert relative_error(found, wanted) < 1e-5, case
