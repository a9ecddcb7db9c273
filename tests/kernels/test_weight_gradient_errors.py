"""Schedules of weight gradients that a scheme cannot do: errors say what is expected and found."""

import re

import pytest

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.gradient_schedules import GradientScheme, GradientTileAttr
from convopt.convdialect.schedules import Prefetch
from convopt.convdialect.shapes import Window
from convopt.pass_pipeline import named_pipeline
from convopt.testing.gradients import GradientCase
from convopt.testing.passes import parse_module, run_passes
from convopt.testing.weight_gradients import kernels_of

TARGET = "x86-64-v4"
GRAD, INPUT, STRIP, BROADCAST = GradientScheme

DEPTHWISE = GradientCase(1, 32, 1, 1, (9, 9), Window((3, 3)))
DILATED = GradientCase(1, 32, 1, 1, (9, 9), Window((3, 3), dilation=(2, 1)))
LARGE = GradientCase(1, 32, 1, 1, (30, 30), Window((11, 11), padding=(5,) * 4))
FOUR = GradientCase(1, 8, 4, 4, (9, 9), Window((3, 3)))
THREE = GradientCase(1, 8, 3, 3, (9, 9), Window((3, 3)))
UNEVEN = GradientCase(1, 8, 2, 4, (9, 9), Window((3, 3)))
DENSE = GradientCase(1, 1, 24, 48, (9, 9), Window((3, 3)))

CANNOT = {
    "by lane, groups that do not fill a vector": (
        THREE,
        GradientTileAttr(GRAD),
        "expected groups that fill vectors of 16 channels, with as many inputs as outputs or one, "
        "in scheme grad, found 3 inputs and 3 outputs",
    ),
    "by lane, uneven groups": (
        UNEVEN,
        GradientTileAttr(INPUT),
        "expected groups that fill vectors of 16 channels, with as many inputs as outputs or one, "
        "in scheme input, found 2 inputs and 4 outputs",
    ),
    "by lane, more passes than kernel rows": (
        DEPTHWISE,
        GradientTileAttr(GRAD, passes=4),
        "expected at most a pass for each of 3 kernel rows, "
        "found #conv.gradient_tile<grad, passes = 4>",
    ),
    "by lane, more sets than pixels": (
        DEPTHWISE,
        GradientTileAttr(GRAD, columns=2, sets=3),
        "expected at most a set of sums for each pixel of a tile, "
        "found #conv.gradient_tile<grad, columns = 2, sets = 3>",
    ),
    "by lane, rows at run time": (
        LARGE,
        GradientTileAttr(INPUT, 2, 4, 11),
        "expected a tile of one row and 11 passes where the kernel has 121 taps and edges have no "
        "code of their own, found #conv.gradient_tile<input, rows = 2, columns = 4, passes = 11>",
    ),
    "by lane, passes at run time": (
        LARGE,
        GradientTileAttr(INPUT, 1, 4, 3),
        "expected a tile of one row and 11 passes where the kernel has 121 taps and edges have no "
        "code of their own, found #conv.gradient_tile<input, columns = 4, passes = 3>",
    ),
    "by lane, prefetch at run time": (
        LARGE,
        GradientTileAttr(GRAD, 1, 4, 11, prefetch=Prefetch.INPUT),
        "expected no prefetch where the kernel has 121 taps and edges have no code of their own, "
        "found #conv.gradient_tile<grad, columns = 4, passes = 11, prefetch = input>",
    ),
    "strip, grouped": (
        FOUR,
        GradientTileAttr(STRIP, columns=2),
        "expected one input channel a group in scheme strip, found 4",
    ),
    "strip, dilated rows": (
        DILATED,
        GradientTileAttr(STRIP, columns=2),
        "expected rows without dilation in scheme strip, found 2",
    ),
    "strip, large kernel": (
        LARGE,
        GradientTileAttr(STRIP, columns=4, passes=11),
        "expected another scheme than strip where the kernel has 121 taps and edges have no code "
        "of their own",
    ),
    "broadcast, vectors": (
        DENSE,
        GradientTileAttr(BROADCAST, vectors=2),
        "expected a tile whose vectors divide the 3 with the same input channels, "
        "found #conv.gradient_tile<broadcast, vectors = 2>",
    ),
    "broadcast, vectors of several groups": (
        THREE,
        GradientTileAttr(BROADCAST, vectors=2),
        "expected a tile whose vectors divide the 1 with the same input channels, "
        "found #conv.gradient_tile<broadcast, vectors = 2>",
    ),
    "broadcast, channels of two blocks": (
        FOUR,
        GradientTileAttr(BROADCAST, channels=5),
        "expected at most 4 channels, which lie in one block, "
        "found #conv.gradient_tile<broadcast, channels = 5>",
    ),
    "broadcast, taps": (
        DENSE,
        GradientTileAttr(BROADCAST, taps=4),
        "expected at most 3 kernel columns, found #conv.gradient_tile<broadcast, taps = 4>",
    ),
    "broadcast, rows": (
        DENSE,
        GradientTileAttr(BROADCAST, rows=8),
        "expected at most 7 rows of the gradient, found #conv.gradient_tile<broadcast, rows = 8>",
    ),
}


@pytest.mark.parametrize("name", CANNOT)
def test_message(name: str) -> None:
    case, tile, message = CANNOT[name]
    with pytest.raises(ConvoptError, match=f"^.*: {re.escape(message)}$"):
        kernels_of(case, TARGET, tile)


PLAIN, BLOCKS = "tensor<1x16x5x5xf32>", "tensor<1x16x5x5xf32, #conv.layout<nchwc, 16>>"
PLAIN_RESULT = "tensor<1x16x1x1xf32>"
RESULT = "tensor<1x16x1x1xf32, #conv.layout<nchwc, 16>>"


def scheduled(x: str, grad: str, result: str, schedule: str) -> str:
    """A weight gradient with these types."""
    return f"""
        func.func @main(%x : {x}, %dy : {grad}) -> {result} {{
          %dw = conv.weight_gradient %x, %dy {{kernel = [1, 1], groups = 16}} {schedule}
            : {x}, {grad} -> {result}
          func.return %dw : {result}
        }}"""


TILE = "schedule = #conv.gradient_tile<grad, columns = 2>"


@pytest.mark.parametrize(
    ("what", "types"),
    [
        ("input", (PLAIN, BLOCKS, RESULT)),
        ("grad", (BLOCKS, PLAIN, RESULT)),
        ("result", (BLOCKS, BLOCKS, PLAIN_RESULT)),
    ],
)
def test_layouts(what: str, types: tuple[str, str, str]) -> None:
    message = f"expected the {what} of conv.weight_gradient in blocks of 16 channels .*, found tens"
    with pytest.raises(ConvoptError, match=message):
        run_passes(parse_module(scheduled(*types, TILE)), *named_pipeline("lower", target=TARGET))


def test_no_schedule() -> None:
    module = parse_module(scheduled(BLOCKS, BLOCKS, RESULT, ""))
    with pytest.raises(ConvoptError, match=r"with a schedule \(conv-choose-tiles\), found none"):
        run_passes(module, *named_pipeline("lower", target=TARGET))


def test_layouts_that_fit() -> None:
    module = parse_module(scheduled(BLOCKS, BLOCKS, RESULT, TILE))
    run_passes(module, *named_pipeline("lower", target=TARGET))
