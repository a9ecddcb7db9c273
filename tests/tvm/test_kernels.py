"""All kinds of kernels, with random shapes and blocks: exact CUDA text on the CPU, by float64."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convopt.backends.tvm.network import build_network
from convopt.comparison import relative_error
from convopt.convdialect.reference import run
from convopt.testing.cuda.drawing import (
    STAGES,
    KernelCase,
    inputs_of,
    kernel_cases,
    planned,
    unplanned,
)
from convopt.testing.cuda.network_run import run_network

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


def check(cases: Sequence[KernelCase], target, *, checked: bool = False) -> None:
    inputs = inputs_of(cases)
    expected = run(unplanned(cases), inputs)
    network = build_network(planned(cases), target, "tested")
    assert len(network.program.launches) == len(cases)
    for reverse in (False, True):
        outputs = run_network(network, inputs, reverse=reverse, checked=checked).outputs
        for case, found, wanted in zip(cases, outputs, expected, strict=True):
            assert relative_error(found, wanted) < 1e-5, case


@pytest.mark.parametrize("kind", STAGES)
@settings(drawn, max_examples=EXAMPLES)
@given(data=st.data())
def test_kernels(kind: str, data: st.DataObject, h200) -> None:
    cases = data.draw(st.lists(kernel_cases(kind), min_size=AT_ONCE, max_size=AT_ONCE))
    check(cases, h200)


@settings(drawn, max_examples=EXAMPLES)
@given(cases=st.tuples(*map(kernel_cases, STAGES)))
def test_every_access(cases: tuple[KernelCase, ...], h200) -> None:
    """No races, nothing read that is not there yet, nothing outside of a buffer."""
    check(cases, h200, checked=True)
