"""Schedules written by hand that a scheme cannot do: an error says what is expected and found."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convopt.backends.targets import cpu_target
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.pass_pipeline import named_pipeline
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.drawing import cases, possible_schemes
from convopt.testing.execution import kernels, lowered, planned_convolution
from convopt.testing.passes import parse_module, run_passes

TARGET = "x86-64-v4"
ROTATE, STRIP, BROADCAST = TileScheme.ROTATE, TileScheme.STRIP, TileScheme.BROADCAST

DEPTHWISE = ConvolutionCase(1, 32, 1, 1, (9, 9), Window((3, 3)))
DILATED = ConvolutionCase(1, 32, 1, 1, (9, 9), Window((3, 3), dilation=(2, 1)))
LARGE = ConvolutionCase(1, 32, 1, 1, (30, 30), Window((11, 11), padding=(5,) * 4))
FOUR = ConvolutionCase(1, 8, 4, 4, (9, 9), Window((3, 3)))
THREE = ConvolutionCase(1, 8, 3, 3, (9, 9), Window((3, 3)))
MULTIPLIER = ConvolutionCase(1, 16, 1, 2, (9, 9), Window((3, 3)))
DENSE = ConvolutionCase(1, 1, 32, 48, (9, 9), Window((1, 1)))
SCALED = ConvolutionCase(1, 1, 16, 16, (9, 9), Window((1, 1)), scaled=True)
IMAGE = ConvolutionCase(1, 1, 3, 48, (9, 9), Window((3, 3)))
SMALL_IMAGE = ConvolutionCase(1, 1, 2, 2, (9, 9), Window((3, 3)))

CANNOT = {
    "strip, grouped": (
        FOUR,
        TileAttr(STRIP, 1, 4),
        "expected one channel a group in scheme strip, found groups of 4",
    ),
    "strip, dilated rows": (
        DILATED,
        TileAttr(STRIP, 1, 4),
        "expected rows without dilation in scheme strip, found 2",
    ),
    "strip, rows": (
        DEPTHWISE,
        TileAttr(STRIP, 2, 4),
        "expected one row in scheme strip, found #conv.tile<strip, rows = 2, columns = 4>",
    ),
    "strip, pixels": (
        DEPTHWISE,
        TileAttr(STRIP, 1, 4, parallel=Parallel.PIXELS),
        "expected parallel blocks in scheme strip, found "
        "#conv.tile<strip, columns = 4, parallel = pixels>",
    ),
    "strip, vectors": (
        DEPTHWISE,
        TileAttr(STRIP, 1, 4, 2),
        "expected one vector in scheme strip, found #conv.tile<strip, columns = 4, vectors = 2>",
    ),
    "rotate, vectors": (
        DEPTHWISE,
        TileAttr(ROTATE, 1, 4, 2),
        "expected one vector in scheme rotate, found #conv.tile<rotate, columns = 4, vectors = 2>",
    ),
    "rotate, groups that do not fill a vector": (
        THREE,
        TileAttr(ROTATE, 1, 4),
        "expected groups that fill vectors of 16 channels in scheme rotate, found groups of 3",
    ),
    "rotate, multiplier": (
        MULTIPLIER,
        TileAttr(ROTATE, 1, 4),
        "expected groups with as many outputs as inputs in scheme rotate, "
        "found 1 inputs and 2 outputs",
    ),
    "rotate, dense": (
        DENSE,
        TileAttr(ROTATE, 1, 4),
        "expected groups with as many outputs as inputs in scheme rotate, "
        "found 32 inputs and 48 outputs",
    ),
    "rotate, scaled input": (
        SCALED,
        TileAttr(ROTATE, 1, 4),
        "expected no scaled input in scheme rotate, found one",
    ),
    "rotate, rows at run time": (
        LARGE,
        TileAttr(ROTATE, 2, 4),
        "expected a tile of one row where the kernel has 121 taps and edges have no code of their "
        "own, found #conv.tile<rotate, rows = 2, columns = 4>",
    ),
    "rotate, prefetch with rows at run time": (
        LARGE,
        TileAttr(ROTATE, 1, 4, 1, Prefetch.OUTPUT),
        "expected no prefetch where edges have no code of their own, "
        "found #conv.tile<rotate, columns = 4, prefetch = output>",
    ),
    "broadcast, prefetch in an image": (
        IMAGE,
        TileAttr(BROADCAST, 1, 4, 1, Prefetch.WEIGHTS),
        "expected prefetch = weights where the kernel loops over vectors of channels, "
        "found #conv.tile<broadcast, columns = 4, prefetch = weights>",
    ),
    "rotate, plain input": (
        SMALL_IMAGE,
        TileAttr(ROTATE, 1, 4),
        "expected the input of conv.conv2d in blocks of 16 channels (conv-assign-layouts), "
        "found tensor<1x2x9x9xf32>",
    ),
    "broadcast, rows": (
        DENSE,
        TileAttr(BROADCAST, 2, 4),
        "expected one row in scheme broadcast, found #conv.tile<broadcast, rows = 2, columns = 4>",
    ),
    "broadcast, vectors": (
        IMAGE,
        TileAttr(BROADCAST, 1, 4, 2),
        "expected a tile whose vectors divide the output's 3, "
        "found #conv.tile<broadcast, columns = 4, vectors = 2>",
    ),
}


@pytest.mark.parametrize("name", CANNOT)
def test_message(name: str) -> None:
    case, tile, message = CANNOT[name]
    with pytest.raises(ConvoptError, match=f"^.*: {re.escape(message)}$"):
        kernels(case.module(), TARGET, tile)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(most_pixels=8), st.sampled_from(TileScheme), st.sampled_from([TARGET, "cortex-a72"]))
def test_a_scheme_that_cannot_is_an_error(
    case: ConvolutionCase, scheme: TileScheme, target: str
) -> None:
    op = planned_convolution(case.module(), target)
    if scheme in possible_schemes(op, cpu_target(target)):
        kernels(case.module(), target, TileAttr(scheme, 1, 2))
        return
    with pytest.raises(ConvoptError, match=r"expected .*, found "):
        kernels(case.module(), target, TileAttr(scheme, 1, 2))


PLAIN, BLOCKS = "tensor<1x16x5x5xf32>", "tensor<1x16x5x5xf32, #conv.layout<nchwc, 16>>"
OTHER_BLOCKS = "tensor<1x16x5x5xf32, #conv.layout<nchwc, 8>>"


def pointwise(x: str, residual: str, result: str) -> str:
    """A scheduled convolution with these types."""
    zeros = "arith.constant dense<0.0> : tensor<16x16x1x1xf32>"
    return f"""
        func.func @main(%x : {x}, %r : {residual}) -> {result} {{
          %w = {zeros}
          %y = conv.pointwise %x, %w schedule = #conv.tile<broadcast, columns = 2>
            epilogue(%r : {residual}) {{
            ^bb0(%a : f32, %b : f32):
              %s = arith.addf %a, %b : f32
              conv.yield %s : f32
            }} : {x}, tensor<16x16x1x1xf32> -> {result}
          func.return %y : {result}
        }}"""


@pytest.mark.parametrize(
    ("what", "types"),
    [
        ("result", (BLOCKS, BLOCKS, PLAIN)),
        ("input", (OTHER_BLOCKS, BLOCKS, BLOCKS)),
        ("epilogue operand 0", (BLOCKS, PLAIN, BLOCKS)),
    ],
)
def test_layouts(what: str, types: tuple[str, str, str]) -> None:
    message = rf"expected the {what} of conv.pointwise in blocks of 16 channels .*, found tensor<"
    with pytest.raises(ConvoptError, match=message):
        run_passes(parse_module(pointwise(*types)), *named_pipeline("lower", target=TARGET))


def test_layouts_that_fit() -> None:
    module = parse_module(pointwise(BLOCKS, BLOCKS, BLOCKS))
    run_passes(module, *named_pipeline("lower", target=TARGET))


def test_blocks_of_two_sizes_are_not_converted_into_each_other() -> None:
    narrow, wide = (f"tensor<1x32x4x4xf32, #conv.layout<nchwc, {lanes}>>" for lanes in (8, 16))
    module = parse_module(
        f"func.func @main(%x : {narrow}) -> {wide} {{\n"
        f"  %y = conv.convert_layout %x : {narrow} -> {wide}\n"
        f"  func.return %y : {wide}\n}}\n"
    )
    message = "expected a conversion between nchw and blocks of 16 channels, found tensor<1x32x4x4"
    with pytest.raises(ConvoptError, match=message):
        lowered(module, "x86-64-v4")
