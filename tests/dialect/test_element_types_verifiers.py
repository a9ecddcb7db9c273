"""Which element types go together: a negative case for each rule, with its message."""

import re
from collections.abc import Callable

import pytest

X, W = "tensor<1x4x6x6x{}>", "tensor<4x1x1x1x{}>"


def depthwise(
    input: str = "f16", filter: str = "", result: str = "", clauses: str = "", extra: str = ""
) -> str:
    """A depthwise convolution of values of given element types; `%e` is of type `extra`."""
    filter, result = filter or input, result or input
    x, w, y = X.format(input), W.format(filter), X.format(result)
    values = f'%h = "test.op"() : () -> {x} %k = "test.op"() : () -> {w} '
    if extra:
        values += f'%e = "test.op"() : () -> {extra} '
    return f"{values} %y = conv.depthwise %h, %k {clauses} : {x}, {w} -> {y}"


def epilogue(body: str, arguments: str = "%a: i32") -> str:
    return f"epilogue {{ ^bb0({arguments}): {body} }}"


def pointwise(input: str, scale: str) -> str:
    x, w, s = X.format(input), f"tensor<4x4x1x1x{input}>", f"tensor<1x4x1x1x{scale}>"
    values = "".join(
        f'%{name} = "test.op"() : () -> {each} ' for name, each in (("h", x), ("k", w), ("e", s))
    )
    return f"{values} %y = conv.pointwise %h, %k scale(%e : {s}) : {x}, {w} -> {x}"


def simple(op: str, input: str, result: str) -> str:
    name, _, fields = op.partition("{")
    fields = f"{{{fields}" if fields else ""
    return f'%h = "test.op"() : () -> {input} %y = conv.{name} %h {fields} : {input} -> {result}'


HALF, INTEGERS, SINGLE = X.format("f16"), X.format("i8"), X.format("f32")
TO_FLOAT = "%f = arith.sitofp %a : i32 to f32"
TO_INT8 = f"{TO_FLOAT} %q = arith.fptosi %f : f32 to i8"

CASES = {
    "the filter is like the input": (
        depthwise("f16", "f32"),
        "filter: expected elements of f16, found f32",
    ),
    "f32 makes f32": (
        depthwise("f32", result="f16"),
        "result: expected an f32 tensor, found tensor<1x4x6x6xf16>",
    ),
    "f16 makes f16 or f32": (
        depthwise("f16", result="i8"),
        "result: expected an f16 or f32 tensor, found tensor<1x4x6x6xi8>",
    ),
    "i8 makes i8 or f32": (
        depthwise("i8", result="f16"),
        "result: expected an i8 or f32 tensor, found tensor<1x4x6x6xf16>",
    ),
    "unsigned integers": (
        depthwise("ui8"),
        "input: expected an f32, f16 or i8 tensor, found tensor<1x4x6x6xui8>",
    ),
    "sums of i8 need a region": (
        depthwise("i8"),
        "epilogue: expected a region for sums of i32, found none",
    ),
    "the accumulator of i8 is i32": (
        depthwise("i8", clauses=epilogue("conv.yield %a : f32", "%a: f32")),
        "epilogue: expected block argument 0 of type i32, found f32",
    ),
    "the accumulator of f16 is f32": (
        depthwise("f16", clauses=epilogue("conv.yield %a : f16", "%a: f16")),
        "epilogue: expected block argument 0 of type f32, found f16",
    ),
    "a result of i8 is yielded as i8": (
        depthwise("i8", clauses=epilogue(f"{TO_FLOAT} conv.yield %f : f32")),
        "epilogue: expected conv.yield of one i8, found f32",
    ),
    "a result of f32 is yielded as f32": (
        depthwise("i8", result="f32", clauses=epilogue(f"{TO_INT8} conv.yield %q : i8")),
        "epilogue: expected conv.yield of one f32, found i8",
    ),
    "sums are not yielded": (
        depthwise("i8", result="f32", clauses=epilogue("conv.yield %a : i32")),
        "epilogue: expected conv.yield of one f32, found i32",
    ),
    "i8 does not become f32 again": (
        depthwise(
            "i8",
            clauses=epilogue(f"{TO_INT8} %back = arith.sitofp %q : i8 to f32 conv.yield %q : i8"),
        ),
        "epilogue: expected arith.sitofp of an i32, found i8",
    ),
    "i8 is what is yielded": (
        depthwise("i8", result="f32", clauses=epilogue(f"{TO_INT8} conv.yield %f : f32")),
        "epilogue: expected arith.fptosi only of what is yielded",
    ),
    "no other floats": (
        depthwise(
            "i8", clauses=epilogue("%f = arith.sitofp %a : i32 to f64 conv.yield %a : i32")
        ).replace("conv.yield %a : i32", "%q = arith.fptosi %f : f64 to i8 conv.yield %q : i8"),
        "epilogue: expected scalar operations on f32, found arith.sitofp of f64",
    ),
    "no other integers": (
        depthwise("i8", clauses=epilogue("%q = arith.constant 1 : i8 conv.yield %q : i8")),
        "epilogue: expected scalar operations on f32, found arith.constant of i8",
    ),
    "per channel is f32": (
        depthwise(
            "f16",
            clauses="epilogue(%e : tensor<4xf16>) { ^bb0(%a: f32, %c: f32): conv.yield %a : f32 }",
            extra="tensor<4xf16>",
        ),
        "epilogue operand 0: expected elements of f32, found f16",
    ),
    "an elementwise operand of i8 is an i32": (
        depthwise(
            "f16",
            clauses=f"epilogue(%e : {INTEGERS}) {{ ^bb0(%a: f32, %c: f32): conv.yield %a : f32 }}",
            extra=INTEGERS,
        ),
        "epilogue: expected block argument 1 of type i32, found f32",
    ),
    "the scale is like the input": (
        pointwise("f16", "f32"),
        "scale: expected elements of f16, found f32",
    ),
    "i8 has no scale": (
        pointwise("i8", "i8"),
        "scale: expected an f32 or f16 tensor, found tensor<1x4x1x1xi8>",
    ),
    "elementwise yields what its result needs": (
        f'%h = "test.op"() : () -> {SINGLE} %y = conv.elementwise(%h) '
        f"{{ ^bb0(%a: f32): conv.yield %a : f32 }} : {SINGLE} -> {INTEGERS}",
        "body: expected conv.yield of one i8, found f32",
    ),
    "elementwise gets i32 for i8": (
        f'%h = "test.op"() : () -> {INTEGERS} %y = conv.elementwise(%h) '
        f"{{ ^bb0(%a: f32): conv.yield %a : f32 }} : {INTEGERS} -> {SINGLE}",
        "body: expected block argument 0 of type i32, found f32",
    ),
    "no average of i8": (
        simple("pool average {kernel = [1, 1]}", INTEGERS, INTEGERS).replace(
            "conv.pool average  %h", "conv.pool average %h"
        ),
        "input: expected an f32 or f16 tensor, found",
    ),
    "no global average of i8": (
        simple("global_pool average", INTEGERS, "tensor<1x4x1x1xi8>"),
        "input: expected an f32 or f16 tensor, found",
    ),
    "no interpolation of i8": (
        simple("resize linear half_pixel", INTEGERS, INTEGERS),
        "input: expected an f32 or f16 tensor, found",
    ),
    "softmax is f32": (
        simple("softmax {axis = 1}", HALF, HALF),
        "input: expected an f32 tensor, found",
    ),
    "batch norm is f32": (
        f'%h = "test.op"() : () -> {HALF} %e = "test.op"() : () -> tensor<4xf32> '
        "%y = conv.batch_norm %h, %e, %e, %e, %e {epsilon = 0.0 : f32} : "
        f"{HALF}, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> {HALF}",
        "input: expected an f32 tensor, found",
    ),
    "padding fits": (
        simple("pad {padding = [0, 0, 0, 0], value = 128.0 : f32}", INTEGERS, INTEGERS),
        "value: expected an integer of i8, found 128",
    ),
    "padding is whole": (
        simple("pad {padding = [0, 0, 0, 0], value = 0.5 : f32}", INTEGERS, INTEGERS),
        "value: expected an integer of i8, found 0.5",
    ),
    "concat joins one type": (
        f'%h = "test.op"() : () -> {HALF} %k = "test.op"() : () -> {SINGLE} '
        f"%y = conv.concat %h, %k {{axis = 0}} : {HALF}, {SINGLE} -> tensor<2x4x6x6xf16>",
        "input 1: expected elements of f16, found f32",
    ),
    **{
        f"{op.partition(' ')[0]} keeps the type": (
            simple(op, HALF, SINGLE),
            "result: expected elements of f16, found f32",
        )
        for op in (
            "pool max {kernel = [1, 1]}",
            "resize linear half_pixel",
            "pad {padding = [0, 0, 0, 0]}",
            "reshape",
            "transpose {permutation = [0, 1, 2, 3]}",
            "channel_shuffle {groups = 2}",
            "convert_layout",
        )
    },
    "cast changes the type": (
        simple("cast", SINGLE, SINGLE),
        "result: expected an f16 tensor, found tensor<1x4x6x6xf32>",
    ),
    "cast is between floats": (
        simple("cast", INTEGERS, SINGLE),
        "input: expected an f32 or f16 tensor, found tensor<1x4x6x6xi8>",
    ),
    "cast keeps the shape": (
        simple("cast", SINGLE, "tensor<144xf16>"),
        "result: expected shape 1x4x6x6, found 144",
    ),
    "cast keeps the layout": (
        simple("cast", SINGLE, "tensor<1x4x6x6xf16, #conv.layout<nchwc, 2>>"),
        r"result: expected the input's layout \(tensor<1x4x6x6xf32>\), found tensor<1x4x6x6xf16, #",
    ),
}


@pytest.mark.parametrize(("body", "message"), CASES.values(), ids=CASES.keys())
def test_rule_is_enforced(body: str, message: str, verifier_message: Callable[[str], str]) -> None:
    assert re.match(message, verifier_message(body))
