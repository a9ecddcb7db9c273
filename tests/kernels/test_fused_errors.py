"""Fused modules written by hand that cannot be computed: every reason has its message."""

import re

import pytest

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.convolution import ConvolutionOp
from convopt.convdialect.ops.fused import FusedOp
from convopt.convdialect.schedules import Parallel, Prefetch, TileAttr, TileScheme
from convopt.convdialect.shapes import Window
from convopt.mlir_text import parse_module
from convopt.testing.chains import ChainCase, fused
from convopt.testing.convolutions import ConvolutionCase
from convopt.testing.execution import lowered

TARGET = "x86-64-v4"
SAME = Window((3, 3), padding=(1,) * 4)
BLOCKED = "#conv.layout<nchwc, 16>"


def rotate(rows: int = 1, columns: int = 4, **options: Prefetch | Parallel) -> TileAttr:
    return TileAttr(TileScheme.ROTATE, rows, columns, 1, **options)  # type: ignore[arg-type]


def broadcast(columns: int = 4, **options: Prefetch | Parallel) -> TileAttr:
    return TileAttr(TileScheme.BROADCAST, 1, columns, 1, **options)  # type: ignore[arg-type]


def depthwise(window: Window = SAME, channels: int = 16) -> ConvolutionCase:
    return ConvolutionCase(1, channels, 1, 1, (12, 12), window)


def pointwise(size: tuple[int, int] = (12, 12), channels: int = 16) -> ConvolutionCase:
    return ConvolutionCase(1, 1, channels, 16, size, Window((1, 1)))


DWPW = ChainCase((depthwise(), pointwise()))
FEW = ChainCase((depthwise(channels=8), pointwise(channels=8)))
SKIPS = ChainCase((depthwise(), ConvolutionCase(1, 1, 16, 16, (12, 12), Window((1, 1), (2, 2)))))

WRONG = {
    "a band beyond the image": (
        (DWPW, [rotate(), broadcast()], 13),
        "expected a band of at most 12 rows, found 13",
    ),
    "tiles across bands": (
        (DWPW, [rotate(2), broadcast()], 3),
        "stage 1: expected tiles whose rows divide those of every band, found 2 rows in bands of 3",
    ),
    "a strip": (
        (DWPW, [TileAttr(TileScheme.STRIP, 1, 4), broadcast()], 2),
        "stage 1: expected scheme rotate or broadcast in a fused module, found strip",
    ),
    "an infeasible tile": (
        (DWPW, [rotate(), TileAttr(TileScheme.BROADCAST, 1, 4, 2)], 2),
        "stage 2: expected a tile whose vectors divide the output's 1",
    ),
    "a stage that shares pixels": (
        (DWPW, [rotate(), broadcast(parallel=Parallel.PIXELS)], 2),
        "stage 2: expected no parallel pixels in a stage",
    ),
    "a stage that prefetches its output": (
        (DWPW, [rotate(prefetch=Prefetch.OUTPUT), broadcast()], 2),
        "stage 1: expected no prefetch but that of the input in a stage",
    ),
    "a stage that cannot ask for input": (
        (DWPW, [rotate(prefetch=Prefetch.INPUT), broadcast()], 2),
        "stage 1: expected prefetch = input where a stage loops over vectors of channels",
    ),
    "too few channels to ask in": (
        (FEW, [rotate(), broadcast(prefetch=Prefetch.INPUT)], 2),
        "stage 2: expected prefetch = input where a stage loops over vectors of channels",
    ),
    "two stages that ask": (
        (
            ChainCase((pointwise(), pointwise())),
            [broadcast(prefetch=Prefetch.INPUT), broadcast(prefetch=Prefetch.INPUT)],
            2,
        ),
        "expected prefetch = input in one stage, found it in stages [1, 2]",
    ),
    "a stride that skips rows": (
        (SKIPS, [rotate(), broadcast()], 2),
        "stage 2: expected a kernel of at least the stride, 2 rows, found 1",
    ),
    "pairs in a window": (
        (DWPW, [TileAttr(TileScheme.PAIRS, 1, 4), broadcast()], 2),
        "stage 1: expected a 1x1 kernel of one group",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_schedules_that_modules_cannot_keep(name: str) -> None:
    (case, tiles, band), message = WRONG[name]
    with pytest.raises(ConvoptError, match=re.escape(message)):
        lowered(fused(case, tiles, band, TARGET), TARGET)


def test_a_stage_alone_asks_for_nothing() -> None:
    module, stages = DWPW.planned(TARGET)
    stages[0].schedule = rotate()
    stages[1].schedule = broadcast(prefetch=Prefetch.INPUT)
    with pytest.raises(ConvoptError, match=r"expected prefetch none or weights outside of conv\."):
        lowered(module, TARGET)


def test_a_stage_without_schedule() -> None:
    module = fused(DWPW, [rotate(), broadcast()], 2, TARGET)
    next(op for op in module.walk() if isinstance(op, ConvolutionOp)).schedule = None
    message = r"stage 1: expected conv\.depthwise with a schedule, found none"
    with pytest.raises(ConvoptError, match=message):
        lowered(module, TARGET)


def test_a_module_without_schedule() -> None:
    module = fused(DWPW, [rotate(), broadcast()], 2, TARGET)
    next(op for op in module.walk() if isinstance(op, FusedOp)).schedule = None
    with pytest.raises(ConvoptError, match=r"expected conv\.fused with schedule"):
        lowered(module, TARGET)


def module_text(body: str) -> str:
    """A module of 16 channels, 8 x 8, whose body reads %in, %d (3x3) and %p (1x1)."""
    tensor = f"tensor<1x16x8x8xf32, {BLOCKED}>"
    plain = "tensor<1x16x8x8xf32>"
    filters = "tensor<16x1x3x3xf32>, tensor<16x16x1x1xf32>"
    text = f"""
func.func @main(%x : {plain}) -> {plain} {{
  %0 = conv.convert_layout %x : {plain} -> TENSOR
  %d0 = arith.constant dense<1.0> : tensor<16x1x3x3xf32>
  %p0 = arith.constant dense<1.0> : tensor<16x16x1x1xf32>
  %1 = conv.fused(%0, %d0, %p0) schedule = #conv.band<rows = 2> {{
  ^bb0(%in : TENSOR, %d : tensor<16x1x3x3xf32>, %p : tensor<16x16x1x1xf32>):
{body}
  }} : TENSOR, {filters} -> TENSOR
  %2 = conv.convert_layout %1 : TENSOR -> {plain}
  func.return %2 : {plain}
}}
"""
    return text.replace("TENSOR", tensor)


DW = """    %a = conv.depthwise %in, %d {padding = [1, 1, 1, 1]}
      schedule = #conv.tile<rotate, columns = 8> : TENSOR, tensor<16x1x3x3xf32> -> TENSOR"""
PW = """    %b = conv.pointwise %a, %p schedule = #conv.tile<broadcast, columns = 8>
      epilogue(%EXTRA : TENSOR) {
    ^bb0(%s : f32, %t : f32):
      %u = arith.addf %s, %t : f32
      conv.yield %u : f32
    } : TENSOR, tensor<16x16x1x1xf32> -> TENSOR"""

NO_CHAIN = {
    "one stage": (DW + "\n    conv.yield %a : TENSOR", "expected two stages or more, found 1"),
    "another operation": (
        DW
        + """
    %b = conv.pool max %a {kernel = [1, 1]} : TENSOR -> TENSOR
    conv.yield %b : TENSOR""",
        "expected convolutions in conv.fused, found conv.pool",
    ),
    "two consumers": (
        DW + "\n" + PW.replace("%EXTRA", "%a") + "\n    conv.yield %b : TENSOR",
        "expected the result of stage 1 to be the input of stage 2 and nothing else, "
        "found conv.pointwise, conv.pointwise",
    ),
    "a stage that escapes": (
        DW + "\n" + PW.replace("%EXTRA", "%in") + "\n    conv.yield %a : TENSOR",
        "expected the result of stage 1 to be the input of stage 2 and nothing else, "
        "found conv.yield, conv.pointwise",
    ),
}


@pytest.mark.parametrize("name", NO_CHAIN)
def test_regions_that_are_no_chain(name: str) -> None:
    body, message = NO_CHAIN[name]
    module = parse_module(module_text(body), "test")
    with pytest.raises(ConvoptError, match=re.escape(message)):
        lowered(module, TARGET)
