"""What all tests of generated CUDA text need."""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convopt.backends.targets import GpuTarget, gpu_target
from convopt.backends.tvm.network import build_network
from convopt.convdialect.reference import run
from convopt.testing.cuda import find_host_compiler
from convopt.testing.cuda.drawing import KernelCase, inputs_of, planned, simplified
from convopt.testing.cuda.network_run import run_network

Array = npt.NDArray[Any]
Compare = Callable[..., Iterator[tuple[KernelCase, Array, Array]]]


@pytest.fixture(autouse=True, scope="session")
def needs():
    if find_spec("tvm") is None:
        pytest.skip("needs apache-tvm: pip install 'convopt[cuda]'")
    if find_host_compiler() is None:
        pytest.skip("needs a C++ compiler")


@pytest.fixture(scope="session")
def h200():
    return gpu_target("h200")


@pytest.fixture(scope="session")
def compare(h200: GpuTarget) -> Compare:
    """Runs kernels on the CPU with threads in ascending and in descending order; each case with
    what was found and what the reference, which computes in `dtype`, says."""

    def results(
        cases: Sequence[KernelCase], *, checked: bool, dtype: npt.DTypeLike = np.float64
    ) -> Iterator[tuple[KernelCase, Array, Array]]:
        inputs = inputs_of(cases)
        expected = run(simplified(cases), inputs, dtype=dtype)
        network = build_network(planned(cases, h200), h200, "tested")
        kinds = [launch.kind for launch in network.program.launches]
        assert len(kinds) - kinds.count("convert_layout") == len(cases)
        for reverse in (False, True):
            outputs = run_network(network, inputs, reverse=reverse, checked=checked).outputs
            yield from zip(cases, outputs, expected, strict=True)

    return results
