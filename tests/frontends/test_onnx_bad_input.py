"""Files that are no models, models that are not valid, shapes that do not fit: one clear error."""

import builtins
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import external_data_helper, helper

import convopt
from convopt import ConvoptError
from convopt.frontends.onnx import load_onnx
from convopt.testing.models import REAL_MODELS
from convopt.testing.onnx_models import assert_as_onnxruntime, make_model

RELU = helper.make_node("Relu", ["x"], ["y"], "relu")


def raises(message: str) -> Any:
    return pytest.raises(ConvoptError, match=re.escape(message))


def test_a_missing_file(tmp_path: Path) -> None:
    with raises(f"cannot read {tmp_path / 'none.onnx'}: No such file or directory"):
        load_onnx(tmp_path / "none.onnx")


def test_a_folder(tmp_path: Path) -> None:
    with raises(f"cannot read {tmp_path}: Is a directory"):
        load_onnx(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.onnx"
    path.touch()
    with raises("expected an ONNX model, found nothing (0 bytes)"):
        load_onnx(path)


@pytest.mark.parametrize("kept", [0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_file_cut_off(tmp_path: Path, kept: float) -> None:
    data = REAL_MODELS["rapidocr-cls"].path.read_bytes()
    path = tmp_path / "half.onnx"
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(ConvoptError) as caught:
        convopt.load(path)
    assert str(caught.value).startswith(f"{path}")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"not a model at all", b"\x08\x07"])
def test_bytes_that_are_no_model(data: bytes) -> None:
    with raises("the bytes"):
        load_onnx(data)


def test_no_outputs() -> None:
    with raises("expected a graph with outputs, found none"):
        load_onnx(make_model([RELU], {"x": (1,)}, []))


def test_an_output_that_is_made_nowhere() -> None:
    with raises("output 'z'"):
        load_onnx(make_model([RELU], {"x": (1,)}, ["y", "z"]))


def test_an_operand_that_is_made_nowhere() -> None:
    node = helper.make_node("Add", ["x", "nothing"], ["y"], "sum")
    with raises("the model is not valid ONNX"):
        load_onnx(make_model([node], {"x": (1,)}, ["y"]))


def test_an_unknown_operator() -> None:
    node = helper.make_node("Reluu", ["x"], ["y"], "relu")
    with raises("the model is not valid ONNX: No Op registered for Reluu"):
        load_onnx(make_model([node], {"x": (1,)}, ["y"]))


def test_operands_that_do_not_fit() -> None:
    node = helper.make_node("MatMul", ["x", "w"], ["y"], "product")
    proto = make_model([node], {"x": (2, 3)}, ["y"], {"w": np.zeros((4, 5), np.float32)})
    with raises("node 'product' (MatMul): its inputs do not fit: Incompatible dimensions"):
        load_onnx(proto)


def test_data_that_are_too_short_for_their_shape() -> None:
    node = helper.make_node("Add", ["x", "w"], ["y"])
    proto = make_model([node], {"x": (1,)}, ["y"], {"w": np.zeros(1000, np.float32)})
    proto.graph.initializer[0].dims[0] = 1001
    with raises("initialiser 'w': expected data for the shape (1001,)"):
        load_onnx(proto)


def test_external_data(tmp_path: Path) -> None:
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    weights = np.random.default_rng(0).standard_normal((8, 4, 3, 3)).astype(np.float32)
    proto = make_model([node], {"x": (1, 4, 8, 8)}, ["y"], {"w": weights})
    expected = str(load_onnx(proto).module)
    external_data_helper.convert_model_to_external_data(
        proto, location="weights.bin", size_threshold=0
    )
    path = tmp_path / "model.onnx"
    onnx.save(proto, path)
    assert str(load_onnx(path).module) == expected
    (tmp_path / "weights.bin").unlink()
    with raises(f"{path}: cannot read its external data"):
        load_onnx(path)


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without_onnx(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "onnx":
            raise ImportError("No module named 'onnx'")
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    with raises("pip install 'convopt[onnx]'"):
        load_onnx(b"")


SHAPES = {"image": ("batch", 3, "height", "width"), "mask": ("batch", "height", "width")}


def two_inputs() -> onnx.ModelProto:
    node = helper.make_node("Mul", ["image", "mask"], ["y"])
    return make_model([node], SHAPES, ["y"])


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (
            {},
            "expected inputs of known shape, found open dimensions: input 'image' is "
            "[batch, 3, height, width]; input 'mask' is [batch, height, width]. Give them, for "
            "example: shapes={'image': (1, 3, 224, 224), 'mask': (1, 224, 224)} or "
            "--shape image=1x3x224x224 --shape mask=1x224x224",
        ),
        (
            {"imgae": (1, 3, 8, 8)},
            "shapes: expected names of inputs ('image', 'mask'), found 'imgae'; "
            "did you mean 'image'?",
        ),
        (
            {"image": (3, 8, 8)},
            "input 'image': expected 4 dimensions, declared [batch, 3, height, width], found 3 in "
            "(3, 8, 8)",
        ),
        (
            {"image": (1, 4, 8, 8)},
            "input 'image': expected 3 at dimension 1, declared [batch, 3, height, width], found 4",
        ),
        (
            {"image": (1, 3, 8, 8), "mask": (2, 8, 8)},
            "input 'mask': expected 1 at dimension 0, declared [batch, height, width], found 2",
        ),
        ({"image": (1, 3, 0, 8)}, "expected positive integers as its shape, found (1, 3, 0, 8)"),
        ({"image": (1, 3, 8.0, 8)}, "expected positive integers as its shape"),
    ],
)
def test_shapes_that_do_not_fit(shapes: dict[str, tuple[int, ...]], message: str) -> None:
    with raises(message):
        load_onnx(two_inputs(), shapes)


def test_equal_symbols_are_equal_sizes() -> None:
    model = assert_as_onnxruntime(two_inputs(), {"image": (3, 3, 5, 4)})
    assert [spec.shape for spec in model.inputs] == [(3, 3, 5, 4), (3, 5, 4)]
    assert model.outputs[0].shape == (3, 3, 5, 4)


@pytest.mark.parametrize("batch", ["n", None, -1, 0])
def test_an_open_batch_is_one(batch: int | str | None) -> None:
    model = load_onnx(make_model([RELU], {"x": (batch, 3)}, ["y"]))
    assert model.inputs[0].shape == (1, 3)
    assert len(model.notes) == 1


def test_a_single_open_dimension_is_no_batch() -> None:
    with raises("input 'x' is [length]"):
        load_onnx(make_model([RELU], {"x": ("length",)}, ["y"]))


def test_an_input_without_a_shape() -> None:
    proto = make_model([RELU], {"x": (1,)}, ["y"])
    proto.graph.input[0].type.tensor_type.ClearField("shape")
    with raises("input 'x' is without a shape"):
        load_onnx(proto)
    assert load_onnx(proto, {"x": (2, 3)}).outputs[0].shape == (2, 3)


def test_a_given_proto_is_not_changed() -> None:
    proto = make_model([RELU], {"x": ("n", 3)}, ["y"])
    before = proto.SerializeToString()
    load_onnx(proto)
    assert proto.SerializeToString() == before


def test_names_of_models(tmp_path: Path) -> None:
    proto = make_model([RELU], {"x": (1, 3)}, ["y"])
    onnx.save(proto, tmp_path / "named_by_file.onnx")
    assert load_onnx(tmp_path / "named_by_file.onnx").name == "named_by_file"
    assert load_onnx(str(tmp_path / "named_by_file.onnx")).name == "named_by_file"
    assert load_onnx(proto).name == "small"
    assert load_onnx(proto.SerializeToString()).name == "small"
