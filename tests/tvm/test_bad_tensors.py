"""Planned text whose tensors do not lie as kernels read them: every reason has its message."""

import re

import pytest

from convopt.backends.tvm.network import build_network
from convopt.errors import ConvoptError
from convopt.testing.passes import parse_module

SHAPE = "1x8x6x6x"
PAIRS = ", #conv.layout<nchwc, 2>"
EIGHTS = ", #conv.layout<nchwc, 8>"
F32, F16 = f"tensor<{SHAPE}f32>", f"tensor<{SHAPE}f16>"
HALVES = f"tensor<{SHAPE}f16{PAIRS}>"
BYTES = f"tensor<{SHAPE}i8, #conv.layout<nchwc, 4>>"
BLOCK = (
    "schedule = #conv.block<filters = 4, rows = 2, columns = 2, thread_filters = 4, channels = 4>"
)


def element_of(tensor: str) -> str:
    return tensor.removeprefix(f"tensor<{SHAPE}").rstrip(">").partition(",")[0]


def layer(input: str, operand: str, result: str, scale: str = "") -> str:
    """A pointwise convolution with a residual, of tensors that other operations make."""
    element = element_of(input)
    scaled = f"scale(%s : {scale})" if scale else ""
    tensors = {"i": input, "r": operand, "s": scale} if scale else {"i": input, "r": operand}
    made = "\n".join(moved(name, tensor) for name, tensor in tensors.items())
    arguments = ", ".join(f"%{name}_in: {plain(tensor)}" for name, tensor in tensors.items())
    return f"""
  func.func @main({arguments}) -> {plain(result)} {{
    %w = arith.constant dense<0.5> : tensor<8x8x1x1x{element}>
    {made}
    %y = conv.pointwise %i, %w {scaled} {BLOCK} epilogue(%r : {operand}) {{
    ^bb0(%acc: f32, %more: f32):
      %sum = arith.addf %acc, %more : f32
      conv.yield %sum : f32
    }} : {input}, tensor<8x8x1x1x{element}> -> {result}
    %z = conv.convert_layout %y : {result} -> {plain(result)}
    func.return %z : {plain(result)}
  }}"""


def moved(name: str, tensor: str) -> str:
    return f"%{name} = conv.convert_layout %{name}_in : {plain(tensor)} -> {tensor}"


def plain(tensor: str) -> str:
    return f"{tensor.rstrip('>').partition(',')[0]}>"


def copied(argument: str, result: str) -> str:
    return f"""
  func.func @main(%x: {argument}) -> {result} {{
    %y = conv.convert_layout %x : {argument} -> {result}
    func.return %y : {result}
  }}"""


MIXED = f"""
  func.func @main(%x: tensor<{SHAPE}i8>) -> {F32} {{
    %v = arith.constant dense<2> : tensor<8x8x1x1xi8>
    %w = arith.constant dense<0.5> : tensor<8x1x1x1xf32>
    %i = conv.convert_layout %x : tensor<{SHAPE}i8> -> {BYTES}
    %y = conv.fused(%i, %v, %w) {BLOCK} {{
    ^bb0(%in: {BYTES}, %f: tensor<8x8x1x1xi8>, %g: tensor<8x1x1x1xf32>):
      %a = conv.pointwise %in, %f epilogue {{
      ^bb0(%acc: i32):
        %s = arith.sitofp %acc : i32 to f32
        conv.yield %s : f32
      }} : {BYTES}, tensor<8x8x1x1xi8> -> {F32}
      %b = conv.depthwise %a, %g : {F32}, tensor<8x1x1x1xf32> -> {F32}
      conv.yield %b : {F32}
    }} : {BYTES}, tensor<8x8x1x1xi8>, tensor<8x1x1x1xf32> -> {F32}
    func.return %y : {F32}
  }}"""
WANTED = "expected the layout #conv.layout<nchwc, 2> on a GPU, found tensor<1x8"
CASES = {
    "halves one by one": (
        layer(F16, HALVES, HALVES),
        f"conv.pointwise: input: {WANTED}x6x6xf16>",
    ),
    "a result of halves one by one": (
        layer(HALVES, HALVES, F16),
        f"conv.pointwise: result: {WANTED}x6x6xf16>",
    ),
    "a residual of halves one by one": (
        layer(HALVES, F16, HALVES),
        f"conv.pointwise: epilogue operand 0: {WANTED}x6x6xf16>",
    ),
    "a scale of halves one by one": (
        layer(HALVES, HALVES, HALVES, "tensor<1x8x1x1xf16>"),
        f"conv.pointwise: scale: {WANTED}x1x1xf16>",
    ),
    "vectors of a CPU": (
        layer(f"tensor<{SHAPE}f32{EIGHTS}>", F32, F32),
        "conv.pointwise: input: expected a tensor without a layout on a GPU, "
        "found tensor<1x8x6x6xf32, #conv.layout<nchwc, 8>>",
    ),
    "halves in vectors of a CPU": (
        layer(f"tensor<{SHAPE}f16{EIGHTS}>", HALVES, HALVES),
        f"conv.pointwise: input: {WANTED}x6x6xf16, #conv.layout<nchwc, 8>>",
    ),
    "a residual of other elements": (
        layer(HALVES, F32, HALVES),
        "conv.pointwise: epilogue operand 0: expected elements of f16 like the result's on a GPU, "
        "found f32",
    ),
    "a result of other elements than the residual": (
        layer(HALVES, HALVES, F32),
        "conv.pointwise: epilogue operand 0: expected elements of f32 like the result's on a GPU, "
        "found f16",
    ),
    "an argument in words": (
        copied(HALVES, F16),
        f"argument 0 of @main: expected a tensor without a layout, found {HALVES}",
    ),
    "a result in words": (
        copied(F16, HALVES),
        f"result 0 of @main: expected a tensor without a layout, found {HALVES}",
    ),
    "stages of other elements": (
        MIXED,
        "expected stages that a GPU kernel can hold, found conv.pointwise, conv.depthwise",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_tensors(name, h200):
    text, message = CASES[name]
    with pytest.raises(ConvoptError, match=re.escape(message)) as raised:
        build_network(parse_module(text), h200, "tested")
    assert "\n" not in str(raised.value)


def test_tensors_that_are_right(h200):
    """Results may have other elements than inputs."""
    for types in ((F32, F32, F32), (HALVES, HALVES, HALVES), (HALVES, F32, F32)):
        build_network(parse_module(layer(*types)), h200, "tested")
