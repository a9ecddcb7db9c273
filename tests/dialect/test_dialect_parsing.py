"""Malformed text ends in a ParseError or VerifyException that says what is wrong."""

from collections.abc import Callable

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import ParseError, VerifyException

TYPES = ": tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32> -> tensor<1x2x4x4xf32>"
SIMPLE = ": tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>"

SYNTAX_CASES = {
    "no filter": (f"conv.conv2d %x {TYPES}", "between operands"),
    "no operands": ("conv.conv2d", "operand expected"),
    "no types": ("conv.conv2d %x, %w", "before the operand types"),
    "too few types": (
        "conv.conv2d %x, %w : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xf32>",
        "expected 2 types, found 1",
    ),
    "no result type": (
        "conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>",
        "before the result type",
    ),
    "type of another": (
        "conv.conv2d %x, %w : tensor<1x2x4x4xf32>, tensor<1xf32> -> tensor<1xf32>",
        "operand is used with type tensor<1xf32>",
    ),
    "integer for a list": (f"conv.conv2d %x, %w {{stride = 2}} {TYPES}", "in integer list"),
    "number with a point": (f"conv.conv2d %x, %w {{groups = 1.5}} {TYPES}", "integer"),
    "word for an integer": (f"conv.conv2d %x, %w {{groups = two}} {TYPES}", "integer"),
    "boolean for an integer": (f"conv.conv2d %x, %w {{groups = true}} {TYPES}", "integer"),
    "integer too large": (
        f"conv.conv2d %x, %w {{groups = 9223372036854775808}} {TYPES}",
        "expected a 64-bit integer, found 9223372036854775808",
    ),
    "integer too large in a list": (
        f"conv.conv2d %x, %w {{stride = [1, 99999999999999999999]}} {TYPES}",
        "expected a 64-bit integer, found 99999999999999999999",
    ),
    "no value": (f"conv.conv2d %x, %w {{stride}} {TYPES}", "after 'stride'"),
    "twice the same": (
        f"conv.conv2d %x, %w {{groups = 1, groups = 1}} {TYPES}",
        "expected attribute 'groups' once, found it again",
    ),
    "dictionary left open": (f"conv.conv2d %x, %w {{groups = 1 {TYPES}", "'}' expected"),
    "scale of nothing": (
        f"conv.pointwise %x, %w scale {TYPES}",
        "expected 1 operands, found 0",
    ),
    "scale without a type": (
        f"conv.pointwise %x, %w scale(%x) {TYPES}",
        "before the operand types",
    ),
    "schedule without a value": (f"conv.pointwise %x, %w schedule {TYPES}", "after 'schedule'"),
    "epilogue without a region": (f"conv.conv2d %x, %w epilogue {TYPES}", "Expected region"),
    "epilogue left open": ("conv.conv2d %x, %w epilogue {", "before the operand types"),
    "epilogue types missing": (
        f"conv.conv2d %x, %w epilogue(%x, %w : tensor<1x2x4x4xf32>) {{}} {TYPES}",
        "expected 2 types, found 1",
    ),
    "unknown value": (f"conv.softmax %nothing {{axis = 0}} {SIMPLE}", "nothing"),
    "missing attribute": (
        f"conv.softmax %x {SIMPLE}",
        "expected attribute 'axis', found none",
    ),
    "unknown pool": (f"conv.pool median %x {{kernel = [1, 1]}} {SIMPLE}", "`max`, or `average`"),
    "pool of no kind": (f"conv.pool %x {{kernel = [1, 1]}} {SIMPLE}", "`max`, or `average`"),
    "unknown coordinates": (
        f"conv.resize linear floor %x {SIMPLE}",
        "`half_pixel`, `asymmetric`, or `align_corners`",
    ),
    "unknown operation": (f"conv.deconv %x {SIMPLE}", "conv.deconv is not registered"),
    "wrong number for epsilon": (
        "conv.batch_norm %x, %x, %x, %x, %x {epsilon = 1 : i32}",
        "expected an f32 number, found 1 : i32",
    ),
    "epsilon out of range": (
        "conv.batch_norm %x, %x, %x, %x, %x {epsilon = 1.0e+200 : f32}",
        "expected a number in the range of f32",
    ),
    "number for a boolean": (
        f"conv.pool max %x {{kernel = [1, 1], count_include_pad = 3}} {SIMPLE}",
        "boolean",
    ),
    "elementwise without parentheses": ("conv.elementwise %x {}", r"\("),
    "prefetch without indices": ("conv.prefetch %x : tensor<1x2x4x4xf32>", r"\["),
}

ATTRIBUTE_CASES = {
    "unknown layout": ("#conv.layout<nhwc>", ParseError, "`nchw`, or `nchwc`"),
    "empty layout": ("#conv.layout<>", ParseError, "`nchw`, or `nchwc`"),
    "layout without brackets": ("#conv.layout", ParseError, "<"),
    "layout block missing": (
        "#conv.layout<nchwc>",
        VerifyException,
        "expected layout nchwc with a channel block of at least 2, found 1",
    ),
    "layout block of one": (
        "#conv.layout<nchwc, 1>",
        VerifyException,
        "expected layout nchwc with a channel block of at least 2, found 1",
    ),
    "layout block of plain": (
        "#conv.layout<nchw, 8>",
        VerifyException,
        "expected layout nchw without a channel block, found 8",
    ),
    "layout block is a number": ("#conv.layout<nchwc, many>", ParseError, "for the block"),
    "unknown tile scheme": ("#conv.tile<spin>", ParseError, "`strip`, `broadcast`, or `pairs`"),
    "unknown prefetch": (
        "#conv.tile<rotate, rows = 2, prefetch = all>",
        ParseError,
        "`none`, `input`, `output`, or `weights`",
    ),
    "unknown parallel axis": (
        "#conv.tile<strip, parallel = images>",
        ParseError,
        "`blocks`, or `pixels`",
    ),
    "prefetch twice": (
        "#conv.tile<strip, prefetch = input, prefetch = output>",
        ParseError,
        "expected 'prefetch' once, found it again",
    ),
    "unknown tile extent": (
        "#conv.tile<rotate, pixels = 2>",
        ParseError,
        "expected one of rows, columns, vectors, prefetch, parallel, found 'pixels'",
    ),
    "tile extent twice": (
        "#conv.tile<rotate, rows = 2, rows = 2>",
        ParseError,
        "expected 'rows' once, found it again",
    ),
    "tile extent without value": ("#conv.tile<rotate, rows>", ParseError, "="),
    "tile extent not positive": (
        "#conv.tile<broadcast, vectors = 0>",
        VerifyException,
        "conv.tile: expected 'vectors' of at least 1, found 0",
    ),
    "empty band": ("#conv.band<>", ParseError, "identifier"),
    "band rows not positive": (
        "#conv.band<rows = -1>",
        VerifyException,
        "conv.band: expected 'rows' of at least 1, found -1",
    ),
    "unknown attribute": ("#conv.tiling<2>", ParseError, "conv.tiling"),
}


@pytest.mark.parametrize(("text", "message"), SYNTAX_CASES.values(), ids=SYNTAX_CASES.keys())
def test_malformed_operation(text: str, message: str, parse: Callable[[str], ModuleOp]) -> None:
    module = (
        "func.func @main(%x: tensor<1x2x4x4xf32>, %w: tensor<2x2x1x1xf32>) "
        f"{{\n%y = {text}\nfunc.return\n}}"
    )
    with pytest.raises(ParseError, match=message):
        parse(module)


@pytest.mark.parametrize(
    ("text", "kind", "message"), ATTRIBUTE_CASES.values(), ids=ATTRIBUTE_CASES.keys()
)
def test_malformed_attribute(
    text: str, kind: type[Exception], message: str, parse: Callable[[str], ModuleOp]
) -> None:
    with pytest.raises(kind, match=message):
        parse(f"builtin.module attributes {{a = {text}}} {{}}")
