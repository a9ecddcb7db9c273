"""Compiled ONNX models: the data that comes with onnx, and a ShuffleNet with random weights."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import convopt
from convopt.comparison import relative_error
from convopt.testing.models import package_file
from convopt.testing.onnx_models import random_feeds, reseeded, run_onnxruntime

DATA = Path(package_file("onnx", "backend/test/data/pytorch-converted"))
CONVOLUTIONS = sorted(folder.name for folder in DATA.glob("test_Conv2d*"))


def test_there_are_convolutions_of_every_kind() -> None:
    assert {"test_Conv2d_depthwise_with_multiplier", "test_Conv2d_groups"} <= set(CONVOLUTIONS)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution_data(name: str) -> None:
    run = convopt.compile(DATA / name / "model.onnx", cache=False)
    assert run.partition.complete
    folder = DATA / name / "test_data_set_0"
    x = numpy_helper.to_array(onnx.load_tensor(folder / "input_0.pb"))
    expected = numpy_helper.to_array(onnx.load_tensor(folder / "output_0.pb"))
    assert relative_error(run(x), expected) < 1e-5


def test_shufflenet_with_random_weights() -> None:
    proto = reseeded("light_shufflenet.onnx")
    model = convopt.load(proto)
    assert model.partition.complete
    feeds = random_feeds(model)
    expected = run_onnxruntime(proto, feeds)[0]
    assert np.ptp(expected) > 1e-3  # classes differ, so that a wrong shuffle shows
    found = convopt.compile(model, cache=False).run(None, feeds)[0]
    assert relative_error(found, expected) < 1e-4
