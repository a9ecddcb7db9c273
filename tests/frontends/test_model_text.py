"""How models, tensors and partitions print."""

import numpy as np
from onnx import helper

from convopt.frontends.onnx import load_onnx
from convopt.model import TensorSpec
from convopt.testing.models import REAL_MODELS
from convopt.testing.onnx_models import make_model


def test_tensors() -> None:
    assert str(TensorSpec("x", (1, 3, 8, 8))) == "x: 1x3x8x8 float32"
    assert str(TensorSpec("n", (2, -1), "int64")) == "n: 2x? int64"
    assert str(TensorSpec("s", ())) == "s: scalar float32"
    assert str(TensorSpec("u", (), ranked=False)) == "u: unranked float32"
    assert not TensorSpec("u", (), ranked=False).static


def test_a_complete_model() -> None:
    model = load_onnx(REAL_MODELS["docorient"].path)
    assert repr(model) == (
        "<Model 'orientation_detector' (image: 1x3x224x224 float32) -> (logit: 1x1 float32), "
        "all 100 nodes compiled>"
    )
    assert str(model.partition) == "all 100 nodes compiled"
    lines = str(model).splitlines()
    assert len(lines) < 1000
    assert max(len(line) for line in lines) < 250
    assert lines[1] == (
        '  func.func @main(%image: tensor<1x3x224x224xf32> {conv.name = "image"}) -> '
        '(tensor<1x1xf32> {conv.name = "logit"}) {'
    )
    assert "dense_resource<__elided__> : tensor<32x3x3x3xf32>" in str(model)


def test_a_partitioned_model() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], "conv"),
        helper.make_node("Softplus", ["a"], ["y"], "soft"),
    ]
    weights = np.ones((2, 3, 1, 1), np.float32)
    model = load_onnx(make_model(nodes, {"x": (1, 3, 4, 4)}, ["y"], {"w": weights}))
    assert repr(model) == (
        "<Model 'small' (x: 1x3x4x4 float32) -> (y: 1x2x4x4 float32), "
        "1 of 2 nodes compiled in 2 segments>"
    )
    assert str(model.partition) == (
        "1 of 2 nodes compiled; in onnxruntime:\n"
        "  Softplus (opset 17) 'soft': convopt has no such operator"
    )
    assert str(model).endswith(
        "// onnxruntime: (a) -> (y)\n// 1 nodes: soft\n// Softplus: convopt has no such operator"
    )
    assert "conv.conv2d" in str(model)
