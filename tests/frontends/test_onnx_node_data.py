"""ONNX's own test data: nodes exported from PyTorch, with the results they should have."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from convopt.frontends.onnx import load_onnx
from convopt.testing.models import package_file
from convopt.testing.onnx_models import run_reference

DATA = Path(package_file("onnx", "backend/test/data/pytorch-converted"))

COMPLETE = [
    *sorted(folder.name for folder in DATA.glob("test_Conv2d*")),
    "test_AvgPool2d",
    "test_AvgPool2d_stride",
    "test_BatchNorm2d_eval",
    "test_BatchNorm2d_momentum_eval",
    "test_ConstantPad2d",
    "test_ELU",
    "test_LeakyReLU",
    "test_LeakyReLU_with_negval",
    "test_Linear",
    "test_Linear_no_bias",
    "test_MaxPool2d",
    "test_MaxPool2d_stride_padding_dilation",
    "test_PReLU_1d",
    "test_PReLU_2d",
    "test_PixelShuffle",
    "test_ReLU",
    "test_SELU",
    "test_Sigmoid",
    "test_Softmax",
    "test_Softsign",
    "test_Tanh",
    "test_ZeroPad2d",
    "test_softmax_lastdim",
]

LEFT = [
    "test_Conv1d",
    "test_Conv3d",
    "test_ConvTranspose2d",
    "test_Embedding",
    "test_LogSoftmax",
    "test_MaxPool1d",
    "test_ReflectionPad2d",
    "test_Softplus",
]


def run_data_set(name: str) -> bool:
    """Compares with the expected outputs; whether the model was imported completely."""
    model = load_onnx(DATA / name / "model.onnx")
    folder = DATA / name / "test_data_set_0"
    feeds = {
        spec.name: numpy_helper.to_array(onnx.load_tensor(folder / f"input_{index}.pb"))
        for index, spec in enumerate(model.inputs)
    }
    for index, found in enumerate(run_reference(model, feeds)):
        expected = numpy_helper.to_array(onnx.load_tensor(folder / f"output_{index}.pb"))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    return model.partition.complete


def test_there_are_convolutions_of_every_kind() -> None:
    assert len([name for name in COMPLETE if name.startswith("test_Conv2d")]) >= 11


@pytest.mark.parametrize("name", COMPLETE)
def test_imported(name: str) -> None:
    assert run_data_set(name)


@pytest.mark.parametrize("name", LEFT)
def test_left_to_onnxruntime(name: str) -> None:
    assert not run_data_set(name)
