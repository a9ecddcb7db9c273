"""What all tests of generated CUDA text need."""

from importlib.util import find_spec

import pytest

from convopt.backends.targets import gpu_target
from convopt.testing.cuda import find_host_compiler


@pytest.fixture(autouse=True, scope="session")
def needs():
    if find_spec("tvm") is None:
        pytest.skip("needs apache-tvm: pip install 'convopt[cuda]'")
    if find_host_compiler() is None:
        pytest.skip("needs a C++ compiler")


@pytest.fixture(scope="session")
def h200():
    return gpu_target("h200")
