"""conv-expand-math: accuracy over the whole range, limits, NaN; scalars and vectors."""

from collections.abc import Callable

import numpy as np
import pytest

from convopt.backends.llvm.jit import HostCode
from convopt.backends.targets import CpuTarget

COUNT = 1 << 18
Apply = Callable[[str, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def apply(host_code: Callable[[str], HostCode], host: CpuTarget) -> Apply:
    """Applies `math.exp` or `math.tanh` to COUNT floats, as vectors of the host's width."""
    functions: dict[str, HostCode] = {}

    def run(op: str, x: np.ndarray) -> np.ndarray:
        if op not in functions:
            functions[op] = host_code(f"""
            func.func @main(%x : memref<{COUNT}xf32>, %y : memref<{COUNT}xf32>) {{
              %c0 = arith.constant 0 : index
              %end = arith.constant {COUNT} : index
              %step = arith.constant {host.lanes} : index
              scf.for %i = %c0 to %end step %step {{
                %v = vector.load %x[%i] : memref<{COUNT}xf32>, vector<{host.lanes}xf32>
                %r = {op} %v : vector<{host.lanes}xf32>
                vector.store %r, %y[%i] : memref<{COUNT}xf32>, vector<{host.lanes}xf32>
              }}
              func.return
            }}""")
        padded = np.zeros(COUNT, np.float32)
        padded[: x.size] = x
        y = np.empty(COUNT, np.float32)
        functions[op].function("net_run", 2)(padded.ctypes.data, y.ctypes.data)
        return y[: x.size]

    return run


@pytest.mark.parametrize(
    ("low", "high"), [(-86.9, 88.7), (-1, 1), (-1e-3, 1e-3), (88.37, 88.72), (-86.9, -85)]
)
def test_exp_is_accurate(apply: Apply, low: float, high: float) -> None:
    x = np.linspace(low, high, COUNT).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    assert np.max(np.abs(apply("math.exp", x) / exact - 1)) < 1.2e-7


@pytest.mark.parametrize(("low", "high"), [(-12, 12), (-1, 1), (-1e-3, 1e-3), (7, 9), (-40, 40)])
def test_tanh_is_accurate(apply: Apply, low: float, high: float) -> None:
    x = np.linspace(low, high, COUNT).astype(np.float32)
    x = x[x != 0]
    exact = np.tanh(x.astype(np.float64))
    assert np.max(np.abs(apply("math.tanh", x) / exact - 1)) < 3e-7


def test_exp_where_it_leaves_single_precision(apply: Apply) -> None:
    x = np.array([np.inf, -np.inf, np.nan, 88.73, 89.5, 1e30, -88, -100, -1e30, 0, -0.0])
    expected = [np.inf, 0, np.nan, np.inf, np.inf, np.inf, 0, 0, 0, 1, 1]
    np.testing.assert_array_equal(apply("math.exp", x.astype(np.float32)), expected)


def test_no_finite_float_becomes_nan(apply: Apply) -> None:
    """Every 2^14th bit pattern, infinities included."""
    x = np.arange(0, 2**32, 2**14, dtype=np.uint64).astype(np.uint32).view(np.float32)
    x = x[~np.isnan(x)]
    exp, tanh = apply("math.exp", x), apply("math.tanh", x)
    assert not np.isnan(exp).any()
    assert (exp >= 0).all()
    assert np.max(np.abs(tanh)) <= np.float32(1.0000001)


def test_tanh_at_the_limits(apply: Apply) -> None:
    x = np.array([np.inf, -np.inf, np.nan, 1e30, -1e30, 0.0], np.float32)
    np.testing.assert_array_equal(apply("math.tanh", x), [1, -1, np.nan, 1, -1, 0])


def test_scalars_expand_as_vectors_do(apply: Apply, host_code: Callable[[str], HostCode]) -> None:
    text = """
    func.func @main(%x : memref<2xf32>, %y : memref<2xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %a = memref.load %x[%c0] : memref<2xf32>
      %b = memref.load %x[%c1] : memref<2xf32>
      %e = math.exp %a : f32
      %t = math.tanh %b : f32
      memref.store %e, %y[%c0] : memref<2xf32>
      memref.store %t, %y[%c1] : memref<2xf32>
      func.return
    }"""
    x, y = np.array([-3.7, 0.4], np.float32), np.empty(2, np.float32)
    host_code(text).function("net_run", 2)(x.ctypes.data, y.ctypes.data)
    np.testing.assert_array_equal(y, [apply("math.exp", x)[0], apply("math.tanh", x)[1]])
