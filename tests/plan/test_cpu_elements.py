"""CPUs compute in f32: what else a module holds is one clear error, wherever it is met first."""

from collections.abc import Callable

import pytest

import convopt
from convopt.convdialect.errors import ConvoptError
from convopt.mlir_text import new_context, parse_module
from convopt.pass_manager import PassError, run_passes, verify
from convopt.pass_pipeline import parse_pipeline

TARGET = "x86-64-v3"

INSIDE = """
func.func @main(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %w = arith.constant dense<1.0> : tensor<8x1x3x3xf16>
  %0 = conv.cast %x : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf16> loc("border")
  %1 = conv.depthwise %0, %w {padding = [1, 1, 1, 1]}
    : tensor<1x8x6x6xf16>, tensor<8x1x3x3xf16> -> tensor<1x8x6x6xf16>
  %2 = conv.cast %1 : tensor<1x8x6x6xf16> -> tensor<1x8x6x6xf32>
  func.return %2 : tensor<1x8x6x6xf32>
}
"""
INT8 = """
func.func @main(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %w = arith.constant dense<1> : tensor<8x1x3x3xi8>
  %0 = conv.elementwise(%x) {
  ^bb0(%a: f32):
    %q = arith.fptosi %a : f32 to i8
    conv.yield %q : i8
  } : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xi8>
  %1 = conv.depthwise %0, %w {padding = [1, 1, 1, 1]} epilogue {
  ^bb0(%a: i32):
    %f = arith.sitofp %a : i32 to f32
    conv.yield %f : f32
  } : tensor<1x8x6x6xi8>, tensor<8x1x3x3xi8> -> tensor<1x8x6x6xf32>
  func.return %1 : tensor<1x8x6x6xf32>
}
"""
ARGUMENT = """
func.func @main(%x: tensor<1x8x6x6xf16>) {
  func.return
}
"""


def passes_fail(text: str, pipeline: str) -> str:
    module = parse_module(text, "model.mlir")
    verify(module)
    with pytest.raises(PassError) as error:
        run_passes(module, parse_pipeline(pipeline, target=TARGET), new_context())
    return str(error.value)


@pytest.mark.parametrize(
    "name",
    ["conv-assign-layouts", "conv-fuse-modules", "conv-choose-tiles", "conv-outline-kernels"],
)
@pytest.mark.parametrize(("text", "found"), [(INSIDE, "f16"), (INT8, "i8"), (ARGUMENT, "f16")])
def test_passes_for_a_cpu_say_what_they_expect(name: str, text: str, found: str) -> None:
    message = passes_fail(text, name)
    assert message.startswith(f"pass '{name}': ")
    assert message.endswith(f": expected f32 for a CPU target, found {found}")


def test_a_network_of_f16_is_simplified_and_then_refused() -> None:
    text = """
func.func @main(%x: tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32> {
  %0 = conv.softmax %x {axis = 1} : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf32>
  %1 = conv.pool max %0 {kernel = [1, 1]} : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf32> loc("pool")
  func.return %1 : tensor<1x8x6x6xf32>
}
"""
    message = passes_fail(text, "conv-lower-precision,conv-assign-layouts")
    assert message == "pass 'conv-assign-layouts': pool: expected f32 for a CPU target, found f16"


FRONT_DOORS: dict[str, Callable[[str], object]] = {
    "compile": lambda text: convopt.compile(text, cache=False),
    "emit": lambda text: convopt.emit(text, TARGET, "assembly"),
    "optimize": lambda text: convopt.optimize(text, TARGET),
}


@pytest.mark.parametrize("door", FRONT_DOORS)
@pytest.mark.parametrize(("text", "found"), [(INSIDE, "f16"), (INT8, "i8")])
def test_the_python_api_says_it_too(door: str, text: str, found: str) -> None:
    with pytest.raises(ConvoptError) as error:
        FRONT_DOORS[door](text)
    assert str(error.value).endswith(f": expected f32 for a CPU target, found {found}")
