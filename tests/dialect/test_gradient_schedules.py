"""Schedules of weight gradients as text: what is malformed, and what a scheme does not have."""

from collections.abc import Callable

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import ParseError, VerifyException

WRONG = {
    "unknown scheme": ("<rotate>", ParseError, "`grad`, `input`, `strip`, or `broadcast`"),
    "unknown setting": (
        "<grad, lanes = 2>",
        ParseError,
        "expected one of rows, columns, passes, sets, channels, vectors, taps, flush, prefetch, "
        "found 'lanes'",
    ),
    "setting twice": ("<grad, sets = 2, sets = 2>", ParseError, "expected 'sets' once"),
    "flush is no flag": ("<grad, flush = 2>", ParseError, "boolean"),
    "not positive": (
        "<input, columns = 0>",
        VerifyException,
        "conv.gradient_tile: expected 'columns' of at least 1, found 0",
    ),
    "rows of a strip": (
        "<strip, rows = 2>",
        VerifyException,
        "expected columns or passes or sets or flush in scheme strip, found rows",
    ),
    "prefetch of a strip": (
        "<strip, prefetch = input>",
        VerifyException,
        "expected columns or passes or sets or flush in scheme strip, found prefetch",
    ),
    "vectors by lane": (
        "<grad, vectors = 2>",
        VerifyException,
        "expected rows or columns or passes or sets or flush or prefetch in scheme grad, "
        "found vectors",
    ),
    "flush of products with all": (
        "<broadcast, flush = true>",
        VerifyException,
        "expected rows or columns or channels or vectors or taps in scheme broadcast, found flush",
    ),
    "prefetch of the output": (
        "<grad, prefetch = output>",
        VerifyException,
        "expected prefetch none or input, found output",
    ),
}


@pytest.mark.parametrize(("text", "kind", "message"), WRONG.values(), ids=WRONG)
def test_wrong_text(
    text: str, kind: type[Exception], message: str, parse: Callable[[str], ModuleOp]
) -> None:
    with pytest.raises(kind, match=message):
        parse(f"builtin.module attributes {{a = #conv.gradient_tile{text}}} {{}}")


def test_another_schedule_is_rejected(parse: Callable[[str], ModuleOp]) -> None:
    tensor = "tensor<1x16x8x8xf32>"
    module = parse(
        f"func.func @main(%x: {tensor}, %d: {tensor}) {{\n"
        "%w = conv.weight_gradient %x, %d {kernel = [1, 1], groups = 16} "
        f"schedule = #conv.tile<rotate> : {tensor}, {tensor} -> tensor<1x16x1x1xf32>\n"
        "func.return\n}"
    )
    with pytest.raises(VerifyException, match=r"schedule.*conv.gradient_tile|conv.gradient_tile"):
        module.verify()
