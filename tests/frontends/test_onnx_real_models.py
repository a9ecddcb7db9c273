"""Whole networks from pip packages: imported completely, with the results of onnxruntime."""

import numpy as np
import pytest

from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.frontends.onnx import load_onnx
from convopt.testing.models import REAL_MODELS
from convopt.testing.onnx_models import (
    assert_as_onnxruntime,
    random_feeds,
    reseeded,
    run_onnxruntime,
    run_reference,
)


@pytest.mark.parametrize(
    ("name", "convolutions"),
    # The MatMul and the Gemm at the end are convolutions, too.
    [("docorient", 53), ("rapidocr-cls", 54)],
)
def test_models_of_packages(name: str, convolutions: int) -> None:
    real = REAL_MODELS[name]
    model = load_onnx(real.path, real.shapes)
    assert model.partition.complete
    assert sum(isinstance(op, Conv2DOp) for op in model.module.walk()) == convolutions
    assert model.inputs[0].name == real.input_name
    feeds = {real.input_name: real.photograph()}
    (found,) = run_reference(model, feeds)
    (expected,) = run_onnxruntime(real.path.read_bytes(), feeds)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_the_batch_of_one_is_said() -> None:
    model = load_onnx(REAL_MODELS["docorient"].path)
    assert model.notes == ("input 'image' is declared [batch_size, 3, 224, 224]: batch of 1",)
    assert model.inputs[0].shape == (1, 3, 224, 224)
    assert load_onnx(REAL_MODELS["docorient"].path, {"image": (2, 3, 224, 224)}).notes == ()


def test_nodes_are_locations() -> None:
    model = load_onnx(REAL_MODELS["docorient"].path)
    locations = [str(op.location) for op in model.module.walk() if isinstance(op, Conv2DOp)]
    assert locations[0] == 'loc("/features/features.0/features.0.0/Conv")'
    assert len(set(locations)) == len(locations)


@pytest.mark.parametrize(
    ("file", "kinds_left"),
    [
        ("light_shufflenet.onnx", set()),
        ("light_squeezenet.onnx", set()),
        ("light_densenet121.onnx", set()),
        ("light_inception_v1.onnx", {"LRN"}),
    ],
)
def test_light_models_with_random_weights(file: str, kinds_left: set[str]) -> None:
    model = assert_as_onnxruntime(reseeded(file), tolerance=1e-4)
    assert {each.op_type for each in model.partition.unsupported} == kinds_left


def test_the_reseeded_shufflenet_tells_classes_apart() -> None:
    proto = reseeded("light_shufflenet.onnx")
    (found,) = run_onnxruntime(proto, random_feeds(load_onnx(proto)))
    assert found.max() > 2 * found.min()
