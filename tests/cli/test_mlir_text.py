"""Text that xDSL alone would hang on or change."""

import numpy as np
import pytest

from convopt.convdialect.constants import constant, constant_value
from convopt.mlir_text import MLIRSyntaxError, parse_module, print_module


@pytest.mark.parametrize(
    "values",
    [
        [16777216.0, 1.5, 1234567.0],
        [np.inf, np.inf],
        [np.inf, -np.inf, np.nan],
        [-0.0, 0.0],
        [-0.0, -0.0],
        [0.1, 1e-40, 3.4e38],
        [2.5],
    ],
)
def test_numbers_read_back_as_they_were(values: list[float]) -> None:
    array = np.array(values, np.float32)
    text = print_module(constant(array))
    (op,) = parse_module(text, "test.mlir").ops
    found = constant_value(op.results[0])
    assert found is not None
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dense<0xFF800000> : tensor<f32>", -np.inf),
        ("dense<[0x7F800000, 0x3FC00000]> : tensor<2xf32>", [np.inf, 1.5]),
        ("dense<[[1.0], [0x80000000]]> : tensor<2x1xf32>", [[1.0], [-0.0]]),
    ],
)
def test_hexadecimal_numbers_of_a_float_tensor_are_bits(text: str, expected: object) -> None:
    (op,) = parse_module(f"%0 = arith.constant {text}", "a.mlir").ops
    found = constant_value(op.results[0])
    assert found is not None
    assert found.tobytes() == np.array(expected, np.float32).tobytes()


def test_bits_that_no_float_has() -> None:
    with pytest.raises(MLIRSyntaxError, match="expected the bits of f32, found 0x1FF800000"):
        parse_module("%0 = arith.constant dense<0x1FF800000> : tensor<f32>", "a.mlir")


def test_an_unclosed_string_is_an_error_at_once() -> None:
    with pytest.raises(MLIRSyntaxError):
        parse_module('"' + "a" * 200, "test.mlir")


def test_half_a_weight_is_an_error_at_once() -> None:
    text = print_module(constant(np.arange(3000, dtype=np.float32)))
    with pytest.raises(MLIRSyntaxError):
        parse_module(text[: len(text) // 2], "test.mlir")


@pytest.mark.parametrize(
    "text",
    [
        "%0 = arith.constant 1e40 : f32",
        "func.func @f() {\n^1:\n  func.return\n}",
    ],
)
def test_what_the_parser_does_not_expect_is_an_error_with_a_place(text: str) -> None:
    with pytest.raises(MLIRSyntaxError, match=r"^test.mlir:\d+:\d+: error: "):
        parse_module(text, "test.mlir")
