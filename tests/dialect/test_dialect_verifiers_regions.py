"""Verifier rules of operations with regions: a negative case for each, with its message."""

import re
from collections.abc import Callable

import pytest


def conv2d(
    operands: str = "%x, %w",
    attributes: str = "",
    types: str = "tensor<1x8x6x6xf32>, tensor<8x8x3x3xf32>",
    result: str = "tensor<1x8x4x4xf32>",
    name: str = "conv2d",
) -> str:
    return f"%y = conv.{name} {operands} {attributes} : {types} -> {result}"


def generic(
    name: str,
    properties: str,
    operands: str = "%x",
    types: str = "tensor<1x8x6x6xf32>",
    result: str = "tensor<1x8x6x6xf32>",
    region: str = "",
) -> str:
    return f'%y = "conv.{name}"({operands}) <{{{properties}}}> {region} : ({types}) -> {result}'


def generic_conv(properties: str) -> str:
    return generic(
        "conv2d",
        f"operandSegmentSizes = array<i32: 1, 1, 0, 0>, {properties}",
        operands="%x, %w",
        types="tensor<1x8x6x6xf32>, tensor<8x8x3x3xf32>",
        result="tensor<1x8x4x4xf32>",
        region="({})",
    )


def epilogue(region: str, extras: str = "") -> str:
    return conv2d(attributes=f"epilogue{extras} {{ {region} }}")


def elementwise(region: str) -> str:
    return (
        f"%y = conv.elementwise(%x, %b4) {{ {region} }} "
        ": tensor<1x8x6x6xf32>, tensor<4xf32> -> tensor<1x8x6x6xf32>"
    )


X = "tensor<1x8x6x6xf32>"
IDENTITY = "^bb0(%a: f32): conv.yield %a : f32"

CONVOLUTION_CASES = {
    "input is a tensor": (
        conv2d("%scalar, %w", types="f32, tensor<8x8x3x3xf32>"),
        "input: expected an f32, f16 or i8 tensor, found f32",
    ),
    "input holds f32, f16 or i8": (
        conv2d("%wide, %w", types="tensor<1x8x6x6xf64>, tensor<8x8x3x3xf32>"),
        "input: expected an f32, f16 or i8 tensor, found tensor<1x8x6x6xf64>",
    ),
    "input is static": (
        conv2d("%dynamic, %w", types="tensor<1x?x6x6xf32>, tensor<8x8x3x3xf32>"),
        r"input: expected a static shape, found tensor<1x\?x6x6xf32>",
    ),
    "input is not empty": (
        conv2d("%empty, %w", types="tensor<1x0x6x6xf32>, tensor<8x8x3x3xf32>"),
        "input: expected sizes of at least 1, found tensor<1x0x6x6xf32>",
    ),
    "input is of rank 4": (
        conv2d("%r3, %w", types="tensor<8x6x6xf32>, tensor<8x8x3x3xf32>"),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "input has a known layout": (
        conv2d("%odd, %w", types="tensor<1x8x6x6xf32, 3 : i32>, tensor<8x8x3x3xf32>"),
        "input: expected a #conv.layout encoding, found 3 : i32",
    ),
    "filter is of rank 4": (
        conv2d("%x, %b", types="tensor<1x8x6x6xf32>, tensor<8xf32>"),
        "filter: expected rank 4, found tensor<8xf32>",
    ),
    "filter is plain": (
        conv2d(
            "%x, %wb",
            types="tensor<1x8x6x6xf32>, tensor<8x8x3x3xf32, #conv.layout<nchwc, 4>>",
        ),
        "filter: expected no layout, found tensor<8x8x3x3xf32, #conv.layout<nchwc, 4>>",
    ),
    "result is of rank 4": (
        conv2d(result="tensor<8x4x4xf32>"),
        "result: expected rank 4, found tensor<8x4x4xf32>",
    ),
    "result has the window's shape": (
        conv2d(result="tensor<1x8x6x6xf32>"),
        "result: expected shape 1x8x4x4, found 1x8x6x6",
    ),
    "stride counts": (
        conv2d(attributes="{stride = [1, 1, 1]}"),
        r"stride: expected 2 values, found \[1, 1, 1\]",
    ),
    "stride is positive": (
        conv2d(attributes="{stride = [1, 0]}"),
        r"stride: expected values of at least 1, found \[1, 0\]",
    ),
    "padding counts": (
        conv2d(attributes="{padding = [1, 1]}"),
        r"padding: expected 4 values, found \[1, 1\]",
    ),
    "padding is not negative": (
        conv2d(attributes="{padding = [0, -1, 0, 0]}"),
        r"padding: expected values of at least 0, found \[0, -1, 0, 0\]",
    ),
    "dilation counts": (
        conv2d(attributes="{dilation = []}"),
        r"dilation: expected 2 values, found \[\]",
    ),
    "dilation is positive": (
        conv2d(attributes="{dilation = [0, 1]}"),
        r"dilation: expected values of at least 1, found \[0, 1\]",
    ),
    "groups are positive": (
        conv2d(attributes="{groups = 0}"),
        "groups: expected at least 1, found 0",
    ),
    "stride is i64": (
        generic_conv("stride = array<i32: 1, 1>"),
        "stride: expected array<i64>, found array<i32: 1, 1>",
    ),
    "groups is i64": (
        generic_conv("groups = 1 : i32"),
        "groups: expected an i64 integer, found 1 : i32",
    ),
    "groups divide the input channels": (
        conv2d("%x, %g", "{groups = 3}", "tensor<1x8x6x6xf32>, tensor<6x4x3x3xf32>"),
        "groups: expected a divisor of the 8 input channels, found 3",
    ),
    "groups divide the output channels": (
        conv2d("%x, %g", "{groups = 4}", "tensor<1x8x6x6xf32>, tensor<6x4x3x3xf32>"),
        "groups: expected a divisor of the 6 output channels, found 4",
    ),
    "filter has the channels of a group": (
        conv2d("%x, %g", "", "tensor<1x8x6x6xf32>, tensor<6x4x3x3xf32>", name="grouped"),
        r"filter: expected 8 input channels per group \(8 channels in 1 groups\), found 4",
    ),
    "depthwise has one channel a group": (
        conv2d(name="depthwise"),
        r"filter: expected 1 input channels per group \(8 channels in 8 groups\), found 8",
    ),
    "pointwise has a 1x1 kernel": (
        conv2d(name="pointwise"),
        "filter: expected a 1x1 kernel, found 3x3",
    ),
    "kernel fits in height": (
        conv2d(attributes="{dilation = [3, 1]}"),
        r"input: expected a padded input height of at least 7 \(the kernel's extent\), found 6",
    ),
    "kernel fits in width": (
        conv2d(attributes="{dilation = [1, 4]}"),
        r"input: expected a padded input width of at least 9 \(the kernel's extent\), found 6",
    ),
    "only pointwise takes a scale": (
        conv2d(attributes="scale(%s : tensor<1x8x1x1xf32>)"),
        "scale: expected on conv.pointwise only, found on conv.conv2d",
    ),
    "scale is per input channel": (
        conv2d(
            "%x, %p",
            "scale(%b : tensor<8xf32>)",
            "tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32>",
            "tensor<1x4x6x6xf32>",
            name="pointwise",
        ),
        "scale: expected shape 1x8x1x1, found 8",
    ),
    "schedule is a tile or a block": (
        conv2d(attributes="schedule = #conv.band<rows = 1>"),
        "Unexpected attribute #conv.band<rows = 1>",
    ),
}

EPILOGUE_CASES = {
    "extra operands need a region": (
        conv2d(attributes="epilogue(%b : tensor<8xf32>) {}"),
        "epilogue: expected a region for the 1 extra operands, found none",
    ),
    "extra is a tensor": (
        epilogue("^bb0(%a: f32, %c: f32): conv.yield %a : f32", "(%scalar : f32)"),
        "epilogue operand 0: expected an f32, f16 or i8 tensor, found f32",
    ),
    "extra is per channel or elementwise": (
        epilogue(
            "^bb0(%a: f32, %c: f32, %e: f32): conv.yield %a : f32",
            "(%b, %b4 : tensor<8xf32>, tensor<4xf32>)",
        ),
        r"epilogue operand 1: expected shape 8 \(per channel\) or 1x8x4x4 \(the result's\), "
        "found 4",
    ),
    "one argument per extra operand": (
        epilogue(IDENTITY, "(%b : tensor<8xf32>)"),
        "epilogue: expected 2 block arguments, found 1",
    ),
    "arguments are f32": (
        epilogue("^bb0(%a: f32, %c: i32): conv.yield %a : f32", "(%b : tensor<8xf32>)"),
        "epilogue: expected block argument 1 of type f32, found i32",
    ),
    "one block": (
        epilogue(f"{IDENTITY} ^bb1(%c: f32): conv.yield %c : f32"),
        "epilogue: expected one block, found 2",
    ),
    "scalar operations only": (
        epilogue("^bb0(%a: f32): %0 = math.log %a : f32 conv.yield %0 : f32"),
        r"epilogue: expected scalar arithmetic \(arith.constant, .*\), found math.log",
    ),
    "scalar operations on f32": (
        epilogue("^bb0(%a: f32): %0 = arith.constant 1 : i32 conv.yield %a : f32"),
        "epilogue: expected scalar operations on f32, found arith.constant of i32",
    ),
    "one yield": (
        epilogue("^bb0(%a: f32): conv.yield %a : f32 conv.yield %a : f32"),
        "'conv.yield' must be the last operation in its parent block",
    ),
    "yield at the end": (
        epilogue('^bb0(%a: f32): "test.termop"() : () -> ()'),
        "epilogue: expected conv.yield at the end, found test.termop",
    ),
    "something at the end": (
        epilogue("^bb0(%a: f32):"),
        "Operation conv.conv2d contains empty block in single-block region that expects at least "
        "a terminator",
    ),
    "terminator at the end": (
        epilogue("^bb0(%a: f32): %0 = arith.negf %a : f32"),
        "Operation arith.negf terminates block in single-block region but is not a terminator",
    ),
    "yield of something": (
        epilogue("^bb0(%a: f32): conv.yield"),
        "epilogue: expected conv.yield of one f32, found nothing",
    ),
    "yield of one value": (
        epilogue("^bb0(%a: f32): conv.yield %a, %a : f32, f32"),
        "epilogue: expected conv.yield of one f32, found f32, f32",
    ),
    "nothing from outside": (
        epilogue("^bb0(%a: f32): conv.yield %scalar : f32"),
        "Operation using value defined out of its IsolatedFromAbove parent",
    ),
    "nothing used before it is defined": (
        epilogue("^bb0(%a: f32): %0 = arith.negf %0 : f32 conv.yield %0 : f32"),
        "epilogue: expected values defined before arith.negf in the same block, found one from",
    ),
    "elementwise takes inputs": (
        generic("elementwise", "", operands="", types="", region=f"({{ {IDENTITY} }})"),
        "inputs: expected at least one, found none",
    ),
    "elementwise inputs broadcast": (
        elementwise("^bb0(%a: f32, %c: f32): conv.yield %a : f32"),
        r"inputs: expected shapes that broadcast together, found \(1, 8, 6, 6\) and \(4,\)",
    ),
    "elementwise inputs are tensors": (
        f"%y = conv.elementwise(%scalar) {{ {IDENTITY} }} : f32 -> tensor<1xf32>",
        "input 0: expected an f32, f16 or i8 tensor, found f32",
    ),
    "elementwise result is the broadcast": (
        f"%y = conv.elementwise(%x) {{ {IDENTITY} }} : tensor<1x8x6x6xf32> -> tensor<1xf32>",
        "result: expected shape 1x8x6x6, found 1",
    ),
    "elementwise has one argument per input": (
        f"%y = conv.elementwise(%x, %x) {{ {IDENTITY} }} "
        ": tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf32>",
        "body: expected 2 block arguments, found 1",
    ),
    "elementwise has a body": (
        "%y = conv.elementwise(%x) {} : tensor<1x8x6x6xf32> -> tensor<1x8x6x6xf32>",
        "body: expected one block, found 0",
    ),
    "yield stands in a conv operation": (
        "builtin.module { conv.yield }",
        "expected a conv operation with a region around it, found builtin.module",
    ),
}


def fused(body: str, result: str = "tensor<1x8x4x4xf32>") -> str:
    types = "tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32>"
    return f"%y = conv.fused(%x, %d) {{ {body} }} : {types} -> {result}"


FUSED_ARGUMENTS = "%a: tensor<1x8x6x6xf32>, %c: tensor<8x1x3x3xf32>"
FUSED_STAGE = (
    f"^bb0({FUSED_ARGUMENTS}): %0 = conv.depthwise %a, %c "
    ": tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32> "
)

FUSED_CASES = {
    "inputs are tensors": (
        "%y = conv.fused(%scalar) { ^bb0(%a: f32): conv.yield %a : f32 } : f32 -> tensor<1xf32>",
        "input 0: expected an f32, f16 or i8 tensor, found f32",
    ),
    "result is a tensor": (
        fused(FUSED_STAGE + "conv.yield %0 : tensor<1x8x4x4xf32>", result="f32"),
        "result: expected an f32, f16 or i8 tensor, found f32",
    ),
    "one block": (fused(""), "body: expected one block, found 0"),
    "arguments are the inputs": (
        fused("^bb0(%a: tensor<1x8x6x6xf32>): conv.yield %a : tensor<1x8x6x6xf32>"),
        r"body arguments: expected \(tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32>\), "
        r"found \(tensor<1x8x6x6xf32>\)",
    ),
    "conv operations only": (
        fused(f"^bb0({FUSED_ARGUMENTS}): %0 = arith.constant 1 : i32 conv.yield"),
        "body: expected conv operations, found arith.constant",
    ),
    "yield at the end": (
        fused(FUSED_STAGE),
        "Operation conv.depthwise terminates block in single-block region but is not a terminator",
    ),
    "yield rather than nothing": (
        fused(f'^bb0({FUSED_ARGUMENTS}): "test.termop"() : () -> ()'),
        "body: expected conv.yield at the end, found test.termop",
    ),
    "yields the result": (
        fused(FUSED_STAGE + "conv.yield %c : tensor<8x1x3x3xf32>"),
        r"yielded types: expected \(tensor<1x8x4x4xf32>\), found \(tensor<8x1x3x3xf32>\)",
    ),
    "nothing used before it is defined": (
        f"%y = conv.fused(%x) {{ ^bb0(%a: {X}): %0 = conv.softmax %0 {{axis = 1}} : {X} -> {X} "
        f"conv.yield %0 : {X} }} : {X} -> {X}",
        "body: expected values defined before conv.softmax in the same block, found one from",
    ),
    "nothing from outside": (
        fused(
            f"^bb0({FUSED_ARGUMENTS}): %0 = conv.depthwise %x, %d "
            ": tensor<1x8x6x6xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x4x4xf32> "
            "conv.yield %0 : tensor<1x8x4x4xf32>"
        ),
        "Operation using value defined out of its IsolatedFromAbove parent",
    ),
    "schedule is a band or a block": (
        fused(FUSED_STAGE + "conv.yield %0 : tensor<1x8x4x4xf32>").replace(
            "(%x, %d)", "(%x, %d) schedule = #conv.tile<rotate>"
        ),
        "Unexpected attribute #conv.tile<rotate>",
    ),
}


CASES = {
    f"{group}: {name}": case
    for group, cases in {
        "convolution": CONVOLUTION_CASES,
        "region": EPILOGUE_CASES,
        "fused": FUSED_CASES,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, verifier_message: Callable[[str], str]) -> None:
    assert re.match(message, verifier_message(body))
