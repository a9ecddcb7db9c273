"""Windows of convolution and pooling with any attributes, against onnxruntime."""

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import helper

from convopt.testing.onnx_models import assert_as_onnxruntime, make_model

SETTINGS = settings(max_examples=60, deadline=None)
AUTO_PADS = ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]


@st.composite
def windows(draw: st.DrawFn, max_pad: int) -> dict[str, Any]:
    pair = lambda low, high: [draw(st.integers(low, high)) for _ in range(2)]  # noqa: E731
    kernel = pair(1, 4)
    attributes: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": pair(1, 4),
        "auto_pad": draw(st.sampled_from(AUTO_PADS)),
    }
    if attributes["auto_pad"] == "NOTSET":
        attributes["pads"] = [
            draw(st.integers(0, min(max_pad, size - 1))) for size in (*kernel, *kernel)
        ]
        attributes["dilations"] = pair(1, 3)
    return attributes


def extents_fit(attributes: dict[str, Any], size: tuple[int, int]) -> bool:
    dilations = attributes.get("dilations", [1, 1])
    extents = [(k - 1) * d + 1 for k, d in zip(attributes["kernel_shape"], dilations, strict=True)]
    return all(extent <= length for extent, length in zip(extents, size, strict=True))


SIZES = st.tuples(st.integers(4, 11), st.integers(4, 11))


@SETTINGS
@given(windows(max_pad=3), SIZES, st.sampled_from([(1, 4, 4), (2, 4, 6), (4, 4, 8)]))
def test_convolution(
    attributes: dict[str, Any], size: tuple[int, int], channels: tuple[int, int, int]
) -> None:
    assume(extents_fit(attributes, size))
    groups, inputs, outputs = channels
    weights = np.random.default_rng(0).standard_normal(
        (outputs, inputs // groups, *attributes["kernel_shape"])
    )
    node = helper.make_node("Conv", ["x", "w"], ["y"], group=groups, **attributes)
    proto = make_model([node], {"x": (2, inputs, *size)}, ["y"], {"w": weights.astype(np.float32)})
    model = assert_as_onnxruntime(proto)
    assert model.partition.complete or attributes["auto_pad"].startswith("SAME")


@SETTINGS
@given(windows(max_pad=2), SIZES, st.booleans(), st.booleans())
def test_pooling(
    attributes: dict[str, Any], size: tuple[int, int], is_maximum: bool, ceil_mode: bool
) -> None:
    assume(extents_fit(attributes, size))
    # For strides beyond the kernel and SAME padding onnxruntime refuses to run.
    steps = zip(attributes["strides"], attributes["kernel_shape"], strict=True)
    assume(not attributes["auto_pad"].startswith("SAME") or all(s <= k for s, k in steps))
    if attributes["auto_pad"] == "NOTSET":
        attributes["ceil_mode"] = int(ceil_mode)
    op_type = "MaxPool" if is_maximum else "AveragePool"
    node = helper.make_node(op_type, ["x"], ["y"], **attributes)
    assert_as_onnxruntime(make_model([node], {"x": (1, 2, *size)}, ["y"], opset=22))
