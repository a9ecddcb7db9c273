"""The reciprocal in 1 / (1 + exp(x)): accuracy, limits, and where a division stays."""

from collections.abc import Callable

import numpy as np
import pytest

from convopt.backends.llvm.jit import HostCode
from convopt.backends.targets import CpuTarget

COUNT = 1 << 16


def kernel(lanes: int, body: str) -> str:
    vector = f"vector<{lanes}xf32>"
    return f"""
    func.func @main(%x : memref<{COUNT}xf32>, %y : memref<{COUNT}xf32>) {{
      %c0 = arith.constant 0 : index
      %end = arith.constant {COUNT} : index
      %step = arith.constant {lanes} : index
      %one = arith.constant dense<1.0> : {vector}
      %two = arith.constant dense<2.0> : {vector}
      scf.for %i = %c0 to %end step %step {{
        %v = vector.load %x[%i] : memref<{COUNT}xf32>, {vector}
        %e = math.exp %v : {vector}
        {body.replace("VECTOR", vector)}
        vector.store %r, %y[%i] : memref<{COUNT}xf32>, {vector}
      }}
      func.return
    }}"""


def evaluate(code: HostCode, x: np.ndarray) -> np.ndarray:
    padded = np.zeros(COUNT, np.float32)
    padded[: x.size] = x
    y = np.empty(COUNT, np.float32)
    code.function("net_run", 2)(padded.ctypes.data, y.ctypes.data)
    return y[: x.size]


LOGISTIC = "%d = arith.addf %e, %one : VECTOR\n%r = arith.divf %two, %d : VECTOR"


@pytest.mark.parametrize(("low", "high"), [(-87, 86.9), (-1, 1), (-1e-3, 1e-3), (-20, 20)])
def test_the_reciprocal_is_accurate(
    host_code: Callable[[str], HostCode], host: CpuTarget, low: float, high: float
) -> None:
    x = np.linspace(low, high, COUNT).astype(np.float32)
    exact = 2.0 / (1.0 + np.exp(x.astype(np.float64)))
    found = evaluate(host_code(kernel(host.lanes, LOGISTIC)), x)
    assert np.max(np.abs(found / exact - 1)) < 3e-7


def test_beyond_single_precision_it_is_almost_zero(
    host_code: Callable[[str], HostCode], host: CpuTarget
) -> None:
    x = np.array([-np.inf, -1e30, 88.0, 1e30, np.inf, np.nan], np.float32)
    found = evaluate(host_code(kernel(host.lanes, LOGISTIC)), x)
    np.testing.assert_allclose(found[:2], [2.0, 2.0], rtol=1e-7)
    assert np.all((found[2:5] >= 0) & (found[2:5] < 4e-38))
    assert np.isnan(found[5])


@pytest.mark.parametrize(
    "body",
    [
        "%d = arith.addf %e, %two : VECTOR\n%r = arith.divf %one, %d : VECTOR",
        "%d = arith.addf %e, %one : VECTOR\n%q = arith.divf %one, %d : VECTOR\n"
        "%r = arith.mulf %q, %e : VECTOR",
    ],
    ids=["another sum", "the exp is used again"],
)
def test_other_divisions_stay(
    host_code: Callable[[str], HostCode], host: CpuTarget, body: str
) -> None:
    x = np.linspace(80, 88.7, COUNT).astype(np.float32)
    e = np.exp(x.astype(np.float64))
    exact = e / (1 + e) if "%q" in body else 1 / (e + 2)
    found = evaluate(host_code(kernel(host.lanes, body)), x)
    np.testing.assert_allclose(found, exact, rtol=3e-7, atol=2e-38)
