"""Verifier rules of the gradients: a negative case for each, with its message."""

import re
from collections.abc import Callable

import pytest

X = "tensor<1x8x6x6xf32>"


def data(fields: str, filters: str = "%d", types: str = f"{X}, tensor<8x1x3x3xf32>") -> str:
    return f"%y = conv.backward_data %x, {filters} {{{fields}}} : {types} -> {X}"


def weights(fields: str, result: str, types: str = f"{X}, {X}", operands: str = "%x, %x") -> str:
    return f"%y = conv.weight_gradient {operands} {{{fields}}} : {types} -> {result}"


SAME = "padding = [1, 1, 1, 1], groups = 8"
CASES = {
    "stride is positive": (
        data(f"stride = [0, 1], {SAME}"),
        r"stride: expected values of at least 1, found \[0, 1\]",
    ),
    "padding is not negative": (
        data("padding = [1, 1, 1, -1], groups = 8"),
        r"padding: expected values of at least 0, found \[1, 1, 1, -1\]",
    ),
    "dilation is positive": (
        data(f"dilation = [0, 0], {SAME}"),
        r"dilation: expected values of at least 1, found \[0, 0\]",
    ),
    "groups divide the input": (
        data("padding = [1, 1, 1, 1], groups = 3"),
        "groups: expected a divisor of the 8 input channels, found 3",
    ),
    "groups divide the result": (
        weights(
            "kernel = [1, 1], groups = 8",
            "tensor<1x8x1x1xf32>",
            f"{X}, tensor<1x6x6x6xf32>",
            "%x, %r6",
        ),
        "groups: expected a divisor of the 6 output channels, found 8",
    ),
    "the gradient has the size of the result": (
        data("groups = 8"),
        "grad: expected shape 1x8x4x4, found 1x8x6x6",
    ),
    "the filter's channels": (
        data("padding = [1, 1, 1, 1], groups = 2"),
        "filter: expected shape 8x4x3x3, found 8x1x3x3",
    ),
    "the kernel fits": (
        weights("kernel = [7, 1]", "tensor<1x8x8x7xf32>"),
        r"input: expected a padded input height of at least 7 \(the kernel's extent\), found 6",
    ),
    "a kernel is positive": (
        weights("kernel = [0, 1]", "tensor<1x8x8x1xf32>"),
        r"kernel: expected values of at least 1, found \[0, 1\]",
    ),
    "the result is a row per output channel": (
        weights("kernel = [1, 1], groups = 2", "tensor<8x4x1x1xf32>"),
        "result: expected shape 1x8x4x1, found 8x4x1x1",
    ),
    "the input is of f32": (
        weights("kernel = [1, 1]", "tensor<1x8x8x1xf32>", f"tensor<1x8x6x6xf64>, {X}", "%wide, %x"),
        "input: expected an f32 tensor, found tensor<1x8x6x6xf64>",
    ),
    "a dilation is positive": (
        f"%y = conv.dilate %x {{stride = [0, 2]}} : {X} -> {X}",
        r"stride: expected values of at least 1, found \[0, 2\]",
    ),
    "dilation keeps the channels": (
        f"%y = conv.dilate %x {{stride = [2, 2]}} : {X} -> tensor<1x7x11x11xf32>",
        "result: expected shape 1x8x11x11, found 1x7x11x11",
    ),
    "groups divide a filter": (
        "%y = conv.transpose_filter %g {groups = 4} : tensor<6x4x3x3xf32> -> tensor<16x1x3x3xf32>",
        "groups: expected a divisor of the 6 output channels, found 4",
    ),
    "a transposed filter": (
        "%y = conv.transpose_filter %g {groups = 2} : tensor<6x4x3x3xf32> -> tensor<4x6x3x3xf32>",
        "result: expected shape 8x3x3x3, found 4x6x3x3",
    ),
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, verifier_message: Callable[[str], str]) -> None:
    assert re.match(message, verifier_message(body))
