"""Resize and Upsample: what convopt imports agrees with onnxruntime, the rest goes there."""

from typing import Any

import numpy as np
import pytest
from onnx import helper

from convopt.frontends.onnx import load_onnx
from convopt.model import Model
from convopt.testing.onnx_models import assert_as_onnxruntime, make_model

IMAGE = (1, 2, 5, 6)
TRANSFORMS = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
ROUNDINGS = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]


def load_resize(opset: int, scales: Any = None, sizes: Any = None, **attributes: Any) -> Model:
    constants = {"roi": np.array([], np.float32)}
    inputs = ["x", "roi"]
    if sizes is None:
        constants["scales"] = np.array(scales, np.float32)
        inputs.append("scales")
    else:
        constants["sizes"] = np.array(sizes, np.int64)
        # Scales could not be left out at first.
        constants["scales"] = np.array([], np.float32)
        inputs += ["scales" if opset < 13 else "", "sizes"]
    node = helper.make_node("Resize", inputs, ["y"], **attributes)
    return assert_as_onnxruntime(make_model([node], {"x": IMAGE}, ["y"], constants, opset))


@pytest.mark.parametrize("opset", [11, 13, 18, 19])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("size", [(10, 12), (9, 10), (3, 3), (5, 1), (1, 1)])
def test_linear(opset: int, transform: str, size: tuple[int, int]) -> None:
    model = load_resize(
        opset, sizes=(1, 2, *size), mode="linear", coordinate_transformation_mode=transform
    )
    # A single output pixel is the corner to pytorch_half_pixel, and the centre to half_pixel:
    # with different rules for height and width, conv.resize has none.
    assert model.partition.complete or (transform, size) == ("pytorch_half_pixel", (5, 1))


@pytest.mark.parametrize("opset", [11, 18])
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("scales", [(1, 1, 2, 2), (1, 1, 3, 4), (1, 1, 0.6, 0.5)])
def test_nearest(opset: int, transform: str, rounding: str, scales: tuple[float, ...]) -> None:
    # Every combination has to agree, be it imported or left to onnxruntime.
    model = load_resize(
        opset,
        scales,
        mode="nearest",
        coordinate_transformation_mode=transform,
        nearest_mode=rounding,
    )
    usual = (transform, rounding) in (
        ("asymmetric", "floor"),
        ("half_pixel", "round_prefer_floor"),
    )
    if usual and scales[2] != 0.6:
        assert model.partition.complete, model.partition


def test_a_scale_that_is_the_ratio_of_the_sizes_but_for_rounding() -> None:
    assert load_resize(13, (1, 1, 1.6, 2), mode="linear").partition.complete


def test_a_scale_that_is_not_the_ratio_of_the_sizes() -> None:
    assert not load_resize(13, (1, 1, 1.7, 2), mode="linear").partition.complete


@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("opset", [7, 9, 10])
def test_before_opset_11(opset: int, mode: str) -> None:
    scales = np.array([1, 1, 2, 3], np.float32)
    if opset == 7:
        node = helper.make_node("Upsample", ["x"], ["y"], mode=mode, scales=scales.tolist())
    else:
        op_type = "Upsample" if opset < 10 else "Resize"
        node = helper.make_node(op_type, ["x", "scales"], ["y"], mode=mode)
    constants = {} if opset == 7 else {"scales": scales}
    proto = make_model([node], {"x": IMAGE}, ["y"], constants, opset)
    assert assert_as_onnxruntime(proto).partition.complete


def test_axes_of_opset_18() -> None:
    constants = {"roi": np.array([], np.float32), "scales": np.array([2, 3], np.float32)}
    node = helper.make_node("Resize", ["x", "roi", "scales"], ["y"], axes=[2, 3])
    proto = make_model([node], {"x": IMAGE}, ["y"], constants, 18)
    assert assert_as_onnxruntime(proto).partition.complete


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"mode": "cubic"}, "expected mode nearest or linear, found 'cubic'"),
        ({"mode": "linear", "antialias": 1}, "expected antialias = 0, found 1"),
        (
            {"mode": "nearest", "nearest_mode": "ceil"},
            "nearest with half_pixel, ceil from 5x6 to 7x9 is none of convopt's kinds",
        ),
        (
            {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"},
            "coordinate_transformation_mode 'tf_crop_and_resize' is not supported",
        ),
        (
            {"mode": "linear", "keep_aspect_ratio_policy": "not_larger"},
            "expected sizes that stretch, found a kept aspect ratio",
        ),
    ],
)
def test_reasons(attributes: dict[str, Any], reason: str) -> None:
    node = helper.make_node("Resize", ["x", "roi", "", "sizes"], ["y"], **attributes)
    constants = {"roi": np.zeros(8, np.float32), "sizes": np.array([1, 2, 7, 9], np.int64)}
    model = load_onnx(make_model([node], {"x": IMAGE}, ["y"], constants, 18))
    assert [left.reason for left in model.partition.left] == [reason]


def test_other_axes_are_left() -> None:
    model = load_resize(13, sizes=(1, 4, 5, 6))
    assert "found one of other axes" in model.partition.left[0].reason
