"""Floats are copied to where an index says."""

import numpy as np
import pytest

from convopt.backends.llvm.gathering import gathering
from convopt.backends.targets import cpu_target
from convopt.backends.targets.host import host_target
from convopt.convdialect.errors import ConvoptError
from convopt.runtime.buffers import address
from convopt.runtime.parameters import PackedParameters


@pytest.mark.parametrize("name", ["host", "x86-64-v3"])
@pytest.mark.parametrize("vectors", [1, 2, 7])
def test_elements_are_copied_and_zeros_are_written(name, vectors):
    target = cpu_target(name)
    if host_target().arch != target.arch:
        pytest.skip(f"expected a host that runs {target.arch}, found {host_target().arch}")
    rng = np.random.default_rng(vectors)
    source = rng.standard_normal(50, np.float32)
    indices = rng.integers(0, 51, vectors * 16, np.int32)
    found = np.full(indices.size + 1, np.nan, np.float32)
    gathering.cache_clear()
    gathering(target)(address(source), address(indices), address(found), indices.size)
    np.testing.assert_array_equal(found[:-1], np.where(indices > 0, source[indices - 1], 0))
    assert np.isnan(found[-1])


def test_a_parameter_that_is_too_small():
    words = np.array([0, 0, 3, 2, 0, 5], "<i4").tobytes()
    packed = PackedParameters(words, host_target())
    with pytest.raises(ConvoptError, match="parameter 0: expected 5 elements or more, found 4"):
        packed.pack([np.zeros(4, np.float32)], np.zeros(16, np.float32))
    weights = np.full(17, 9, np.float32)
    packed.pack([np.arange(5, dtype=np.float32)], weights)
    np.testing.assert_array_equal(weights, [1, 0, 4, *[0] * 13, 9])
