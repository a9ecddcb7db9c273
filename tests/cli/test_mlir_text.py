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
