"""Fixtures: a cache of the test's own, and a small network with its reference."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from convopt.convdialect import reference
from convopt.mlir_text import parse_module

Array = npt.NDArray[np.float32]

# Channels that fill no vector, unequal strides, two inputs and two outputs.
NETWORK = """\
func.func @main(%a: tensor<1x6x9x7xf32> {{conv.name = "a"}}, %b: tensor<1x10x5x7xf32> {{conv.name = "b"}}) -> (tensor<1x10x5x7xf32> {{conv.name = "sum"}}, tensor<1x6x5x7xf32> {{conv.name = "dw"}}) {{
  %w = arith.constant dense<"0x{w}"> : tensor<6x1x3x3xf32>
  %v = arith.constant dense<"0x{v}"> : tensor<10x6x1x1xf32>
  %0 = conv.conv2d %a, %w {{stride = [2, 1], padding = [1, 1, 1, 1], groups = 6}} : tensor<1x6x9x7xf32>, tensor<6x1x3x3xf32> -> tensor<1x6x5x7xf32>
  %1 = conv.conv2d %0, %v : tensor<1x6x5x7xf32>, tensor<10x6x1x1xf32> -> tensor<1x10x5x7xf32>
  %2 = conv.elementwise(%1, %b) {{
  ^bb0(%l: f32, %r: f32):
    %s = arith.addf %l, %r : f32
    conv.yield %s : f32
  }} : tensor<1x10x5x7xf32>, tensor<1x10x5x7xf32> -> tensor<1x10x5x7xf32>
  func.return %2, %0 : tensor<1x10x5x7xf32>, tensor<1x6x5x7xf32>
}}
"""  # noqa: E501


@dataclass(frozen=True)
class Network:
    """MLIR text, inputs, and what the reference makes of them in float64."""

    text: str
    a: Array
    b: Array
    expected: tuple[npt.NDArray[Any], ...]

    def check(self, found: Any) -> None:
        assert len(found) == len(self.expected)
        for ours, wanted in zip(found, self.expected, strict=True):
            assert ours.dtype == np.float32
            np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="session")
def network() -> Network:
    random = np.random.default_rng(7)

    def array(*shape: int) -> Array:
        return random.standard_normal(shape).astype(np.float32)

    w, v = (array(*shape).tobytes().hex() for shape in ((6, 1, 3, 3), (10, 6, 1, 1)))
    text = NETWORK.format(w=w, v=v)
    a, b = array(1, 6, 9, 7), array(1, 10, 5, 7)
    expected = reference.run(parse_module(text, "network.mlir"), [a, b])
    return Network(text, a, b, tuple(expected))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(folder))
    return folder
