"""Weights at the end of the text, as MLIR prints large constants."""

import re

import numpy as np
import pytest

from convopt.convdialect.constants import constant_value
from convopt.mlir_text import MLIRSyntaxError, parse_module

VALUES = np.array([[1.0, -2.5], [np.inf, 1e-40]], np.float32)


def text(blob: str, key: str = "torch_tensor_2_2", type_: str = "tensor<2x2xf32>") -> str:
    return (
        f"\n%0 = arith.constant dense_resource<{key}> : {type_}\n"
        f"{{-#\n  dialect_resources: {{\n    builtin: {{\n      {key}: {blob}\n    }}\n  }}\n#-}}\n"
    )


def blob_of(array: np.ndarray) -> str:
    return f'"0x04000000{array.tobytes().hex().upper()}"'


@pytest.mark.parametrize("key", ["torch_tensor_2_2", '"with spaces"'])
def test_weights_stand_where_they_are_used(key: str) -> None:
    (op,) = parse_module(text(blob_of(VALUES), key), "a.mlir").ops
    found = constant_value(op.results[0])
    assert found is not None
    assert found.tobytes() == VALUES.tobytes()


def test_a_name_may_be_used_twice_and_means_something_else_in_the_next_text() -> None:
    twice = text(blob_of(VALUES)).replace("\n%0", "%1 = arith.constant dense_resource"
                                          "<torch_tensor_2_2> : tensor<4xf32>\n%0", 1)  # fmt: skip
    flat, square = parse_module(twice, "a.mlir").ops
    (other,) = parse_module(text(blob_of(2 * VALUES)), "a.mlir").ops
    found = [constant_value(op.results[0]) for op in (flat, square, other)]
    expected = [VALUES.ravel(), VALUES, 2 * VALUES]
    for one, array in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, array)


def test_weights_that_were_left_out_stay_so() -> None:
    (op,) = parse_module("%0 = arith.constant dense_resource<__elided__> : tensor<2xf32>", "a").ops
    assert constant_value(op.results[0]) is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (text('"0x040000000000"'), "expected 16 bytes for tensor<2x2xf32>, found 2"),
        (text('"0x0400000"'), "expected pairs of hexadecimal digits"),
        (text('"04000000"'), "expected a blob that starts with 0x, found '04000000'"),
        (text(blob_of(VALUES), type_="tensor<?x2xf32>"), "expected a tensor of static shape"),
        (text(blob_of(VALUES), type_="tensor<2x2xi1>"), "expected elements of whole bytes"),
        (text(blob_of(VALUES), type_="vector<4xf32>"), "expected a tensor of static shape"),
    ],
)
def test_blobs_that_do_not_fit(source: str, message: str) -> None:
    what = "a.mlir:2:1: error: dense_resource<torch_tensor_2_2>: "
    with pytest.raises(MLIRSyntaxError, match=re.escape(what + message)):
        parse_module(source, "a.mlir")
