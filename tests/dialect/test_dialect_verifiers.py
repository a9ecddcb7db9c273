"""One negative case for each rule of the verifiers, each with its message."""

import re
from collections.abc import Callable

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

ARGUMENTS = """
    %x: tensor<1x8x6x6xf32>, %w: tensor<8x8x3x3xf32>, %d: tensor<8x1x3x3xf32>,
    %p: tensor<4x8x1x1xf32>, %g: tensor<6x4x3x3xf32>, %b: tensor<8xf32>, %b4: tensor<4xf32>,
    %s: tensor<1x8x1x1xf32>, %r3: tensor<8x6x6xf32>, %dynamic: tensor<1x?x6x6xf32>,
    %empty: tensor<1x0x6x6xf32>, %half: tensor<1x8x6x6xf16>, %scalar: f32, %rank0: tensor<f32>,
    %odd: tensor<1x8x6x6xf32, 3 : i32>, %low: tensor<8x6x6xf32, #conv.layout<nchwc, 4>>,
    %wb: tensor<8x8x3x3xf32, #conv.layout<nchwc, 4>>, %m: memref<4x4xf32>, %i: index, %n: i32
"""


def module_text(body: str) -> str:
    return f"func.func @main({ARGUMENTS}) {{\n{body}\nfunc.return\n}}"


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
        "input: expected an f32 tensor, found f32",
    ),
    "input holds f32": (
        conv2d("%half, %w", types="tensor<1x8x6x6xf16>, tensor<8x8x3x3xf32>"),
        "input: expected an f32 tensor, found tensor<1x8x6x6xf16>",
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
    "schedule is a tile": (
        conv2d(attributes="schedule = #conv.band<rows = 1>"),
        "#conv.band<rows = 1> should be of base attribute conv.tile",
    ),
}

EPILOGUE_CASES = {
    "extra operands need a region": (
        conv2d(attributes="epilogue(%b : tensor<8xf32>) {}"),
        "epilogue: expected a region for the 1 extra operands, found none",
    ),
    "extra is a tensor": (
        epilogue("^bb0(%a: f32, %c: f32): conv.yield %a : f32", "(%scalar : f32)"),
        "epilogue operand 0: expected an f32 tensor, found f32",
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
        "epilogue: expected block arguments of type f32, found i32",
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
        "input 0: expected an f32 tensor, found f32",
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
        "input 0: expected an f32 tensor, found f32",
    ),
    "result is a tensor": (
        fused(FUSED_STAGE + "conv.yield %0 : tensor<1x8x4x4xf32>", result="f32"),
        "result: expected an f32 tensor, found f32",
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
    "schedule is a band": (
        fused(FUSED_STAGE + "conv.yield %0 : tensor<1x8x4x4xf32>").replace(
            "(%x, %d)", "(%x, %d) schedule = #conv.tile<rotate>"
        ),
        "#conv.tile<rotate> should be of base attribute conv.band",
    ),
}


def simple(text: str, result: str, operand: str = "%x", operand_type: str = "") -> str:
    name, _, attributes = text.partition(" {")
    attributes = f"{{{attributes}" if attributes else ""
    return (
        f"%y = conv.{name} {operand} {attributes} "
        f": {operand_type or 'tensor<1x8x6x6xf32>'} -> {result}"
    )


RANK3 = {"operand": "%r3", "operand_type": "tensor<8x6x6xf32>"}
RANK0 = {"operand": "%rank0", "operand_type": "tensor<f32>"}

POOLING_CASES = {
    "pool input is of rank 4": (
        simple("pool max {kernel = [1, 1]}", "tensor<8x6x6xf32>", **RANK3),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "pool kernel counts": (
        simple("pool max {kernel = [1]}", X),
        r"kernel: expected 2 values, found \[1\]",
    ),
    "pool kernel is positive": (
        simple("pool max {kernel = [0, 1]}", X),
        r"kernel: expected values of at least 1, found \[0, 1\]",
    ),
    "pool stride is positive": (
        simple("pool max {kernel = [1, 1], stride = [1, 0]}", X),
        r"stride: expected values of at least 1, found \[1, 0\]",
    ),
    "pool padding is not negative": (
        simple("pool max {kernel = [1, 1], padding = [0, 0, 0, -2]}", X),
        r"padding: expected values of at least 0, found \[0, 0, 0, -2\]",
    ),
    "pool dilation is positive": (
        simple("pool max {kernel = [1, 1], dilation = [-1, 1]}", X),
        r"dilation: expected values of at least 1, found \[-1, 1\]",
    ),
    "pool kernel fits": (
        simple("pool max {kernel = [7, 1]}", X),
        "input: expected a padded input height of at least 7",
    ),
    "pool result shape": (
        simple("pool max {kernel = [2, 2]}", X),
        "result: expected shape 1x8x5x5, found 1x8x6x6",
    ),
    "pool result is of rank 4": (
        simple("pool max {kernel = [2, 2]}", "tensor<8x5x5xf32>"),
        "result: expected rank 4, found tensor<8x5x5xf32>",
    ),
    "pool windows hold an element, at the top": (
        simple("pool average {kernel = [2, 2], padding = [2, 0, 0, 0]}", "tensor<1x8x7x5xf32>"),
        "padding: expected an input element in every window, found none at output height 0",
    ),
    "pool windows hold an element, at the right": (
        simple("pool max {kernel = [1, 1], padding = [0, 0, 0, 1]}", "tensor<1x8x6x7xf32>"),
        "padding: expected an input element in every window, found none at output width 6",
    ),
    "global pool input is of rank 4": (
        simple("global_pool max", X, **RANK3),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "global pool result shape": (
        simple("global_pool max", X),
        "result: expected shape 1x8x1x1, found 1x8x6x6",
    ),
    "pool kind": (
        generic("global_pool", 'kind = "max"'),
        '"max" should be of base attribute conv.pool_kind',
    ),
}

STRUCTURE_CASES = {
    "pad input is of rank 4": (
        simple("pad {padding = [0, 0, 0, 0]}", "tensor<8x6x6xf32>", **RANK3),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "pad counts": (
        simple("pad {padding = [1, 1]}", X),
        r"padding: expected 4 values, found \[1, 1\]",
    ),
    "pad is not negative": (
        simple("pad {padding = [0, 0, -1, 0]}", X),
        r"padding: expected values of at least 0, found \[0, 0, -1, 0\]",
    ),
    "pad result shape": (
        simple("pad {padding = [1, 0, 0, 2]}", X),
        "result: expected shape 1x8x7x8, found 1x8x6x6",
    ),
    "concat inputs": (
        generic("concat", "axis = 1", operands="", types=""),
        "inputs: expected at least one, found none",
    ),
    "concat axis is not negative": (
        simple("concat {axis = -1}", X),
        "axis: expected at least 0, found -1",
    ),
    "concat axis is below the rank": (
        simple("concat {axis = 4}", X),
        "axis: expected less than the rank 4, found 4",
    ),
    "concat shapes agree": (
        "%y = conv.concat %x, %s {axis = 1} : tensor<1x8x6x6xf32>, tensor<1x8x1x1xf32> "
        "-> tensor<1x16x6x6xf32>",
        "input 1: expected the shape 1x8x6x6 except at axis 1, found 1x8x1x1",
    ),
    "concat ranks agree": (
        "%y = conv.concat %x, %r3 {axis = 1} : tensor<1x8x6x6xf32>, tensor<8x6x6xf32> "
        "-> tensor<1x16x6x6xf32>",
        "input 1: expected the shape 1x8x6x6 except at axis 1, found 8x6x6",
    ),
    "concat result shape": (
        "%y = conv.concat %x, %x {axis = 2} : tensor<1x8x6x6xf32>, tensor<1x8x6x6xf32> "
        "-> tensor<1x8x6x6xf32>",
        "result: expected shape 1x8x12x6, found 1x8x6x6",
    ),
    "concat inputs are tensors": (
        simple("concat {axis = 0}", X, "%scalar", "f32"),
        "input 0: expected an f32 tensor, found f32",
    ),
    "reshape keeps the elements": (
        simple("reshape", "tensor<1x8x6x5xf32>"),
        r"result: expected 288 elements \(1x8x6x6\), found 240 \(1x8x6x5\)",
    ),
    "reshape result is static": (
        simple("reshape", "tensor<1x?xf32>"),
        r"result: expected a static shape, found tensor<1x\?xf32>",
    ),
    "reshape input is a tensor": (
        simple("reshape", X, "%scalar", "f32"),
        "input: expected an f32 tensor, found f32",
    ),
    "blocked layout is of rank 4": (
        simple("reshape", X, "%low", "tensor<8x6x6xf32, #conv.layout<nchwc, 4>>"),
        "input: expected layout nchwc on rank 4 only, found tensor<8x6x6xf32, #conv.layout",
    ),
    "transpose names each axis": (
        simple("transpose {permutation = [0, 1, 2]}", X),
        r"permutation: expected each axis below 4 once, found \[0, 1, 2\]",
    ),
    "transpose names an axis once": (
        simple("transpose {permutation = [0, 1, 2, 2]}", X),
        r"permutation: expected each axis below 4 once, found \[0, 1, 2, 2\]",
    ),
    "transpose result shape": (
        simple("transpose {permutation = [0, 3, 2, 1]}", X),
        "result: expected shape 1x6x6x8, found 1x8x6x6",
    ),
    "shuffle input is of rank 4": (
        simple("channel_shuffle {groups = 2}", "tensor<8x6x6xf32>", **RANK3),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "shuffle groups are positive": (
        simple("channel_shuffle {groups = 0}", X),
        "groups: expected at least 1, found 0",
    ),
    "shuffle groups divide": (
        simple("channel_shuffle {groups = 3}", X),
        "groups: expected a divisor of the 8 channels, found 3",
    ),
    "shuffle result shape": (
        simple("channel_shuffle {groups = 2}", "tensor<1x8x6x5xf32>"),
        "result: expected shape 1x8x6x6, found 1x8x6x5",
    ),
    "layout conversion keeps the shape": (
        simple("convert_layout", "tensor<1x8x6x5xf32>"),
        "result: expected shape 1x8x6x6, found 1x8x6x5",
    ),
    "layout conversion result layout": (
        simple("convert_layout", "tensor<1x8x6x6xf32, 3 : i32>"),
        "result: expected a #conv.layout encoding, found 3 : i32",
    ),
    "layout conversion of a blocked rank 3": (
        simple("convert_layout", "tensor<8x6x6xf32, #conv.layout<nchwc, 4>>", **RANK3),
        "result: expected layout nchwc on rank 4 only",
    ),
}


def batch_norm(
    mean: str = "%b", mean_type: str = "tensor<8xf32>", result: str = X, epsilon: str = "1.0"
) -> str:
    return (
        f"%y = conv.batch_norm %x, %b, %b, {mean}, %b {{epsilon = {epsilon} : f32}} "
        f": {X}, tensor<8xf32>, tensor<8xf32>, {mean_type}, tensor<8xf32> -> {result}"
    )


NORMALIZATION_CASES = {
    "batch norm parameters": (
        batch_norm("%b4", "tensor<4xf32>"),
        "mean: expected shape 8, found 4",
    ),
    "batch norm result": (
        batch_norm(result="tensor<1x8x6x5xf32>"),
        "result: expected shape 1x8x6x6, found 1x8x6x5",
    ),
    "batch norm input has channels": (
        "%y = conv.batch_norm %b, %b, %b, %b, %b {epsilon = 1.0 : f32} : tensor<8xf32>, "
        "tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<8xf32>",
        "input: expected rank 2 or more, found tensor<8xf32>",
    ),
    "batch norm epsilon is not negative": (
        batch_norm(epsilon="-1.0"),
        "epsilon: expected a finite number of at least 0, found -1.0",
    ),
    "batch norm epsilon is finite": (
        batch_norm(epsilon="0x7F800000"),
        "epsilon: expected a finite number of at least 0, found inf",
    ),
    "softmax axis": (
        simple("softmax {axis = 4}", X),
        "axis: expected less than the rank 4, found 4",
    ),
    "softmax of a scalar": (
        simple("softmax {axis = 0}", "tensor<f32>", **RANK0),
        "axis: expected less than the rank 0, found 0",
    ),
    "softmax axis is not negative": (
        simple("softmax {axis = -1}", X),
        "axis: expected at least 0, found -1",
    ),
    "softmax result": (
        simple("softmax {axis = 1}", "tensor<1x8x6x5xf32>"),
        "result: expected shape 1x8x6x6, found 1x8x6x5",
    ),
    "resize input is of rank 4": (
        simple("resize linear half_pixel", X, **RANK3),
        "input: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "resize result is of rank 4": (
        simple("resize linear half_pixel", "tensor<8x6x6xf32>"),
        "result: expected rank 4, found tensor<8x6x6xf32>",
    ),
    "resize keeps batch and channels": (
        simple("resize linear half_pixel", "tensor<1x9x3x3xf32>"),
        "result: expected shape 1x8x3x3, found 1x9x3x3",
    ),
    "resize nearest with align_corners": (
        simple("resize nearest align_corners", X),
        "coordinates: expected half_pixel or asymmetric with nearest, found align_corners",
    ),
}

PREFETCH_CASES = {
    "prefetch takes a memref": (
        "conv.prefetch %x[%i] : tensor<1x8x6x6xf32>",
        "memref: expected a memref, found tensor<1x8x6x6xf32>",
    ),
    "prefetch takes an index per axis": (
        "conv.prefetch %m[%i] : memref<4x4xf32>",
        "indices: expected 2 for memref<4x4xf32>, found 1",
    ),
    "prefetch indices are index": (
        '"conv.prefetch"(%m, %i, %n) : (memref<4x4xf32>, index, i32) -> ()',
        "indices: expected index, found i32",
    ),
}

CASES = {
    f"{group}: {name}": case
    for group, cases in {
        "convolution": CONVOLUTION_CASES,
        "region": EPILOGUE_CASES,
        "fused": FUSED_CASES,
        "pooling": POOLING_CASES,
        "structure": STRUCTURE_CASES,
        "normalization": NORMALIZATION_CASES,
        "prefetch": PREFETCH_CASES,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, parse: Callable[[str], ModuleOp]) -> None:
    module = parse(module_text(body))
    with pytest.raises(VerifyException) as error:
        module.verify()
    assert re.match(message, str(error.value).splitlines()[0])  # the module's text follows
