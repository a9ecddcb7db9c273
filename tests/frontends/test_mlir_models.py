"""MLIR text as a model: names and shapes, and what is wrong with a text that is none."""

import re

import numpy as np
import pytest

import convopt
from convopt.convdialect import reference
from convopt.frontends.mlir import load_mlir, model_of_module
from convopt.frontends.onnx import load_onnx
from convopt.mlir_text import parse_module, print_module
from convopt.model import TensorSpec
from convopt.testing.models import REAL_MODELS

POOL = """func.func @main(%x: tensor<1x2x4x4xf32> {conv.name = "image"}) -> tensor<1x2x1x1xf32> {
  %y = conv.global_pool average %x : tensor<1x2x4x4xf32> -> tensor<1x2x1x1xf32>
  func.return %y : tensor<1x2x1x1xf32>
}
"""


def test_a_model() -> None:
    model = load_mlir(POOL, "pool.mlir", "pool")
    assert model.inputs == (TensorSpec("image", (1, 2, 4, 4)),)
    assert model.outputs == (TensorSpec("output0", (1, 2, 1, 1)),)
    assert model.partition.complete
    (found,) = reference.run(model.module, [np.arange(32.0).reshape(1, 2, 4, 4)])
    assert found.ravel().tolist() == [7.5, 23.5]


def test_a_function_of_another_name() -> None:
    model = load_mlir(POOL.replace("@main", "@net"))
    assert model.inputs[0].name == "image"
    run = convopt.compile(model, cache=False)
    assert run(np.ones((1, 2, 4, 4), np.float32)).tolist() == [[[[1.0]], [[1.0]]]]


def test_what_an_onnx_model_prints_is_a_model() -> None:
    real = REAL_MODELS["rapidocr-cls"]
    imported = load_onnx(real.path, real.shapes)
    again = model_of_module(parse_module(print_module(imported.module), "printed"))
    assert (again.inputs, again.outputs) == (imported.inputs, imported.outputs)
    feeds = [real.photograph()]
    expected = reference.run(imported.module, feeds)
    np.testing.assert_array_equal(reference.run(again.module, feeds), expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected one function, @main, found none"),
        (POOL.replace("global_pool", "global_pol"), "a.mlir:2:3: error: unknown operation"),
        (POOL.replace("%x :", "%z :"), "error: values used but not defined: [%z]"),
        (POOL.replace("average", "mean"), "a.mlir:2:25: error: "),
        (POOL.replace("1x2x1x1", "1x3x1x1"), "a.mlir:2:3: error: "),
        (POOL + POOL.replace("@main", "@f"), None),
        (POOL.replace("@main", "@f") + POOL.replace("@main", "@g"),
         "expected one function, @main, found @f, @g"),
        (POOL.replace("@main", "private @main").partition(" {\n")[0].replace("%x: ", "") + "\n",
         "expected one function, @main, found none"),
        ("func.func @main(%x: tensor<2xi32>) {\n  func.return\n}\n",
         "expected inputs of float32 tensors, found tensor<2xi32>"),
        ("func.func @main(%x: memref<2xf32>) {\n  func.return\n}\n",
         "expected inputs of float32 tensors, found memref<2xf32>"),
        ("func.func @main(%x: tensor<?xf32>) {\n  func.return\n}\n",
         "expected inputs of static shape, found tensor<?xf32>"),
        ("func.func @main(%x: tensor<1x8x2x2xf32, #conv.layout<nchwc, 8>>) {\n  func.return\n}\n",
         "expected inputs without a layout"),
        ('func.func @main(%x: tensor<2xf32> {conv.name = "a"}, '
         '%y: tensor<2xf32> {conv.name = "a"}) {\n  func.return\n}\n',
         "expected different names of inputs, found a, a"),
    ],
)  # fmt: skip
def test_texts_that_are_no_models(text: str, message: str | None) -> None:
    if message is None:
        assert load_mlir(text, "a.mlir").partition.complete
        return
    with pytest.raises(convopt.ConvoptError, match=re.escape(message)):
        load_mlir(text, "a.mlir")
