"""Verifier rules of what training needs: comparisons, sums over channels, one image of a batch."""

import re
from collections.abc import Callable

import pytest

X = "tensor<1x8x6x6xf32>"


def selected(region: str) -> str:
    return f"%y = conv.elementwise(%x, %x) {{ {region} }} : {X}, {X} -> {X}"


CASES = {
    "comparisons that there are": (
        selected(
            "^bb0(%u: f32, %v: f32): %c = arith.cmpf oeq, %u, %v : f32 "
            "%sel = arith.select %c, %u, %v : f32 conv.yield %sel : f32"
        ),
        "body: expected arith.cmpf ogt, oge, olt, ole, found oeq",
    ),
    "comparisons are conditions": (
        selected(
            "^bb0(%u: f32, %v: f32): %c = arith.cmpf ogt, %u, %v : f32 "
            "%sel = arith.select %c, %c, %c : i1 conv.yield %u : f32"
        ),
        "body: expected arith.cmpf only as the condition of arith.select, found arith.select",
    ),
    "sums of as many values as there are results": (
        "%y = conv.channel_sums(%x) { ^bb0(%u: f32): conv.yield %u : f32 } "
        ": tensor<1x8x6x6xf32> -> tensor<2x8x1x1xf32>",
        "body: expected conv.yield of f32, f32, found f32",
    ),
    "sums of all channels": (
        "%y = conv.channel_sums(%x) { ^bb0(%u: f32): conv.yield %u : f32 } "
        ": tensor<1x8x6x6xf32> -> tensor<1x4x1x1xf32>",
        "result: expected shape 1x8x1x1, found 1x4x1x1",
    ),
    "every operand of sums has all channels": (
        "%y = conv.channel_sums(%x, %one) { ^bb0(%u: f32, %v: f32): conv.yield %u : f32 } "
        ": tensor<1x8x6x6xf32>, tensor<1x1x6x6xf32> -> tensor<1x8x1x1xf32>",
        "input 1: expected 8 channels, found 1",
    ),
    "one image of those that there are": (
        "%y = conv.take_image %x {number = 1} : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf32>",
        "number: expected less than the 1 images, found 1",
    ),
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, verifier_message: Callable[[str], str]) -> None:
    assert re.match(message, verifier_message(body))
