"""`arith.select` in scalar regions: by every comparison, in vectors and one by one."""

import numpy as np
import pytest

from convopt.convdialect.reference import run
from convopt.testing.execution import compiled, run_emulated, run_on_host
from convopt.testing.passes import parse_module

FINITE = np.array(
    [0.0, -0.0, 1.0, -1.0, 6.0, np.nextafter(np.float32(6), np.float32(7)), 1e-45, -1e-45, 3e38],
    np.float32,
)
TEXT = """
func.func @main(%x: tensor<SHAPE>, %v: tensor<SHAPE>, %a: tensor<SHAPE>, %b: tensor<SHAPE>) -> tensor<SHAPE> {
  %y = conv.elementwise(%x, %v, %a, %b) {
  ^bb0(%left: f32, %right: f32, %value: f32, %other: f32):
    %is = arith.cmpf PREDICATE, %left, %right : f32
    %s = arith.select %is, %value, %other : f32
    conv.yield %s : f32
  } : tensor<SHAPE>, tensor<SHAPE>, tensor<SHAPE>, tensor<SHAPE> -> tensor<SHAPE>
  func.return %y : tensor<SHAPE>
}
"""  # noqa: E501


@pytest.mark.parametrize("shape", ["81xf32", "1x9x3x3xf32"], ids=["plain", "channels"])
@pytest.mark.parametrize("predicate", ["ogt", "oge", "olt", "ole"])
def test_every_pair_of_numbers(predicate: str, shape: str) -> None:
    text = TEXT.replace("SHAPE", shape).replace("PREDICATE", predicate)
    sizes = tuple(map(int, shape.split("x")[:-1]))
    left, right = (each.reshape(sizes) for each in np.meshgrid(FINITE, FINITE))
    value, other = np.random.default_rng(0).standard_normal((2, *sizes), np.float32)
    inputs = [left, right, value, other]
    (expected,) = run(parse_module(text), inputs)
    chosen = np.asarray(expected == value)
    assert 0 < chosen.sum() < chosen.size
    (on_host,) = run_on_host(compiled(parse_module(text), "host"), inputs)
    (emulated,) = run_emulated(compiled(parse_module(text), "cortex-a72"), inputs, "cortex-a72")
    np.testing.assert_array_equal(on_host, expected)
    np.testing.assert_array_equal(emulated, expected)
