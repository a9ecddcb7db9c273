"""Verifier rules of operations without regions: a negative case for each, with its message."""

import re
from collections.abc import Callable

import pytest

X = "tensor<1x8x6x6xf32>"


def generic(
    name: str,
    properties: str,
    operands: str = "%x",
    types: str = "tensor<1x8x6x6xf32>",
    result: str = "tensor<1x8x6x6xf32>",
    region: str = "",
) -> str:
    return f'%y = "conv.{name}"({operands}) <{{{properties}}}> {region} : ({types}) -> {result}'


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
        "input 0: expected an f32, f16 or i8 tensor, found f32",
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
        "input: expected an f32, f16 or i8 tensor, found f32",
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
        "pooling": POOLING_CASES,
        "structure": STRUCTURE_CASES,
        "normalization": NORMALIZATION_CASES,
        "prefetch": PREFETCH_CASES,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, verifier_message: Callable[[str], str]) -> None:
    assert re.match(message, verifier_message(body))
