"""What modules of f16 and i8 compute: f16 is rounded once a tensor, i8 is exact."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import f32, i8, i32

from convopt.convdialect import quantization
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.reference import run
from convopt.convdialect.regions import build_typed_region, evaluate, verify_scalar_region
from convopt.testing.passes import parse_module

Array = npt.NDArray[Any]

X = "tensor<1x4x5x6xF>"
SQUARE = "{ ^bb0(%a: f32): %r = arith.mulf %a, %a : f32 conv.yield %r : f32 }"
BIAS = """epilogue(%b, %x : tensor<4xf32>, tensor<1x4x5x6xF>) {
  ^bb0(%a: f32, %c: f32, %r: f32):
    %sum = arith.addf %a, %c : f32
    %t = arith.mulf %sum, %r : f32
    conv.yield %t : f32
  }"""

FLOAT_OPS = {
    "depthwise": (f"conv.depthwise %x, %d {BIAS} : {X}, tensor<4x1x1x1xF> -> {X}", "1x4x5x6"),
    "scaled": (
        f"conv.pointwise %x, %w scale(%s : tensor<1x4x1x1xF>) : {X}, tensor<2x4x1x1xF> "
        "-> tensor<1x2x5x6xF>",
        "1x2x5x6",
    ),
    "elementwise": (f"conv.elementwise(%x) {SQUARE} : {X} -> {X}", "1x4x5x6"),
    "average": (
        f"conv.pool average %x {{kernel = [3, 3], padding = [1, 1, 1, 1]}} : {X} -> {X}",
        "1x4x5x6",
    ),
    "global": (f"conv.global_pool average %x : {X} -> tensor<1x4x1x1xF>", "1x4x1x1"),
    "resize": (f"conv.resize linear half_pixel %x : {X} -> tensor<1x4x7x3xF>", "1x4x7x3"),
    "pad": (
        f"conv.pad %x {{padding = [1, 0, 0, 0], value = 0.1 : f32}} : {X} -> tensor<1x4x6x6xF>",
        "1x4x6x6",
    ),
    "maximum": (f"conv.pool max %x {{kernel = [2, 2]}} : {X} -> tensor<1x4x4x5xF>", "1x4x4x5"),
}


def float_module(op: str, shape: str, element: str) -> str:
    arguments = f"%x: {X}, %d: tensor<4x1x1x1xF>, %w: tensor<2x4x1x1xF>, %s: tensor<1x4x1x1xF>"
    text = f"""
      func.func @main({arguments}, %b: tensor<4xf32>) -> tensor<{shape}xF> {{
        %y = {op}
        func.return %y : tensor<{shape}xF>
      }}"""
    return text.replace("xF>", f"x{element}>")


@pytest.mark.parametrize("name", FLOAT_OPS)
def test_f16_is_f32_rounded_once(name: str) -> None:
    rng = np.random.default_rng(0)
    shapes = [(1, 4, 5, 6), (4, 1, 1, 1), (2, 4, 1, 1), (1, 4, 1, 1)]
    halves = [rng.standard_normal(shape).astype(np.float16) for shape in shapes]
    bias = rng.standard_normal(4)
    (wide,) = run(parse_module(float_module(*FLOAT_OPS[name], "f32")), [*halves, bias])
    (found,) = run(parse_module(float_module(*FLOAT_OPS[name], "f16")), [*halves, bias])
    assert wide.dtype == np.float64
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, wide.astype(np.float16))


def test_f16_is_not_rounded_before_the_epilogue() -> None:
    """2049 is no f16: rounded before the addition, the result would be 0."""
    module = parse_module("""
      func.func @main(%x: tensor<1x3x1x1xf16>, %b: tensor<1xf32>) -> tensor<1x1x1x1xf16> {
        %w = arith.constant dense<1.0> : tensor<1x3x1x1xf16>
        %y = conv.pointwise %x, %w epilogue(%b : tensor<1xf32>) {
        ^bb0(%a: f32, %c: f32):
          %s = arith.addf %a, %c : f32
          conv.yield %s : f32
        } : tensor<1x3x1x1xf16>, tensor<1x3x1x1xf16> -> tensor<1x1x1x1xf16>
        func.return %y : tensor<1x1x1x1xf16>
      }""")
    x = np.array([2048, 1, 0]).reshape(1, 3, 1, 1)
    assert run(module, [x, np.array([-2048.0])])[0] == 1


def test_what_does_not_fit_into_f16_is_infinite() -> None:
    module = parse_module("""
      func.func @main(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf16>) {
        %h = conv.cast %x : tensor<3xf32> -> tensor<3xf16>
        %y = conv.cast %h : tensor<3xf16> -> tensor<3xf32>
        func.return %y, %h : tensor<3xf32>, tensor<3xf16>
      }""")
    single, half = run(module, [np.array([1e5, 0.1, -65504.0])])
    assert (single.dtype, half.dtype) == (np.float64, np.float16)
    np.testing.assert_array_equal(single, [np.inf, np.float16(0.1), -65504])
    np.testing.assert_array_equal(single, half)


DEQUANTIZE = """epilogue {
  ^bb0(%a: i32):
    %f = arith.sitofp %a : i32 to f32
    conv.yield %f : f32
  }"""


def integer_convolution(
    x: Array, w: Array, groups: int, padding: int = 0, result: str = "f32"
) -> str:
    height, width = (x.shape[i] + 2 * padding - w.shape[i] + 1 for i in (2, 3))
    types = [f"tensor<{'x'.join(map(str, each.shape))}xi8>" for each in (x, w)]
    made = f"tensor<{x.shape[0]}x{w.shape[0]}x{height}x{width}x{result}>"
    fields = f"padding = {[padding] * 4}, groups = {groups}"
    return f"""
      func.func @main(%x: {types[0]}, %w: {types[1]}, %s: tensor<{w.shape[0]}xf32>) -> {made} {{
        %y = conv.conv2d %x, %w {{{fields}}} EPILOGUE : {", ".join(types)} -> {made}
        func.return %y : {made}
      }}"""


def random_integers(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2)
)
def test_i8_is_summed_exactly(
    groups: int, inputs: int, outputs: int, kernel: int, padding: int
) -> None:
    x = random_integers(0, 1, groups * inputs, 5, 4)
    w = random_integers(1, groups * outputs, inputs, kernel, kernel)
    text = integer_convolution(x, w, groups, padding).replace("EPILOGUE", DEQUANTIZE)
    single = text.replace("xi8>", "xf32>").replace(DEQUANTIZE, "")
    scales = np.ones(len(w))
    found = run(parse_module(text), [x, w, scales])[0]
    np.testing.assert_array_equal(found, run(parse_module(single), [x, w, scales])[0])


def test_large_sums_of_i8_are_exact() -> None:
    """Beyond 2^24, where f32 has no odd numbers."""
    x = np.full((1, 2049, 1, 1), 127, np.int8)
    w = np.full((1, 2049, 1, 1), 127, np.int8)
    text = integer_convolution(x, w, 1).replace("EPILOGUE", DEQUANTIZE)
    assert run(parse_module(text), [x, w, np.ones(1)])[0] == 127 * 127 * 2049


REQUANTIZE = """epilogue(%s : tensor<4xf32>) {
  ^bb0(%a: i32, %c: f32):
    %least = arith.constant -128.0 : f32
    %most = arith.constant 127.0 : f32
    %zero = arith.constant -5.0 : f32
    %f = arith.sitofp %a : i32 to f32
    %p = arith.mulf %f, %c : f32
    %r = math.roundeven %p : f32
    %z = arith.addf %r, %zero : f32
    %l = arith.maxnumf %z, %least : f32
    %m = arith.minnumf %l, %most : f32
    %q = arith.fptosi %m : f32 to i8
    conv.yield %q : i8
  }"""


def test_requantization_is_that_of_onnxruntime() -> None:
    x, w = random_integers(2, 1, 6, 7, 5), random_integers(3, 4, 3, 3, 3)
    scales = np.array([0.002, 0.003, 0.001, 0.005], np.float32)
    text = integer_convolution(x, w, 2, 1, "i8").replace("EPILOGUE", REQUANTIZE)
    (found,) = run(parse_module(text), [x, w, scales / np.float32(0.5)], dtype=np.float32)
    assert found.dtype == np.int8
    tensors: dict[str, Array] = {
        "one": np.float32(1),
        "zero": np.int8(0),
        "w": w,
        "scales": scales,
        "zeros": np.zeros(4, np.int8),
        "half": np.float32(0.5),
        "shift": np.int8(-5),
    }
    names = ["x", "one", "zero", "w", "scales", "zeros", "half", "shift"]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("QLinearConv", names, ["y"], group=2, pads=[1, 1, 1, 1])],
        "graph",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.INT8, x.shape)],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.INT8, found.shape)],
        [onnx.numpy_helper.from_array(np.asarray(each), name) for name, each in tensors.items()],
    )
    opset = onnx.helper.make_opsetid("", 17)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (expected,) = session.run(None, {"x": x})
    assert len(np.unique(expected)) > 50
    np.testing.assert_array_equal(found, expected)


def test_other_operations_on_i8() -> None:
    module = parse_module("""
      func.func @main(%x: tensor<1x2x3x3xi8>)
          -> (tensor<1x2x3x3xi8>, tensor<1x2x1x1xi8>, tensor<1x2x4x3xi8>, tensor<1x2x3x3xf32>) {
        %p = conv.pool max %x {kernel = [3, 3], padding = [1, 1, 1, 1]}
          : tensor<1x2x3x3xi8> -> tensor<1x2x3x3xi8>
        %g = conv.global_pool max %x : tensor<1x2x3x3xi8> -> tensor<1x2x1x1xi8>
        %d = conv.pad %x {padding = [1, 0, 0, 0], value = -7.0 : f32}
          : tensor<1x2x3x3xi8> -> tensor<1x2x4x3xi8>
        %e = conv.elementwise(%x, %x) {
        ^bb0(%a: i32, %b: i32):
          %f = arith.sitofp %a : i32 to f32
          %h = arith.sitofp %b : i32 to f32
          %m = arith.mulf %f, %h : f32
          conv.yield %m : f32
        } : tensor<1x2x3x3xi8>, tensor<1x2x3x3xi8> -> tensor<1x2x3x3xf32>
        func.return %p, %g, %d, %e
          : tensor<1x2x3x3xi8>, tensor<1x2x1x1xi8>, tensor<1x2x4x3xi8>, tensor<1x2x3x3xf32>
      }""")
    x = random_integers(4, 1, 2, 3, 3)
    x[:, 1] = -np.abs(x[:, 1] // 2) - 1  # padding is no element, nor zero
    pooled, largest, padded, squares = run(module, [x])
    wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-128)
    windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), (2, 3))
    np.testing.assert_array_equal(pooled, windows.max(axis=(4, 5)))
    np.testing.assert_array_equal(largest, x.max(axis=(2, 3), keepdims=True))
    np.testing.assert_array_equal(padded[:, :, 1:], x)
    np.testing.assert_array_equal(padded[:, :, 0], np.full((1, 2, 3), -7))
    np.testing.assert_array_equal(squares, x.astype(int) ** 2)
    assert [each.dtype.name for each in (pooled, largest, padded)] == ["int8"] * 3
    assert squares.dtype == np.float64


def test_inputs_of_i8_are_int8() -> None:
    text = "func.func @main(%x: tensor<2xi8>) -> tensor<2xi8> { func.return %x : tensor<2xi8> }"
    with pytest.raises(ConvoptError, match="input 0: expected dtype int8, found float32"):
        run(parse_module(text), [np.zeros(2, np.float32)])


@pytest.mark.parametrize("zero_point", [0, 3, -100])
def test_quantize(zero_point: int) -> None:
    region = build_typed_region(
        [f32, f32], lambda v, b: quantization.quantize(b, v[0], v[1], zero_point)
    )
    verify_scalar_region(region, [f32, f32], [i8], "body")
    x = np.array([0.0, 0.5, 1.5, -2.5, 1e9, -1e9, np.inf, -np.inf, np.nan, 63.75])
    found = evaluate(region, [x, np.array(2.0)])
    expected = np.clip(np.rint(np.nan_to_num(x * 2.0, nan=-1e9)) + zero_point, -128, 127)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int8


def test_dequantize() -> None:
    region = build_typed_region([i32, f32], lambda v, b: quantization.dequantize(b, v[0], v[1]))
    verify_scalar_region(region, [i32, f32], [f32], "body")
    sums = np.array([-3, 0, 2**24 + 1], np.int32)
    found = evaluate(region, [sums, np.float64(0.5)], np.float64)
    np.testing.assert_array_equal(found, sums * 0.5)
