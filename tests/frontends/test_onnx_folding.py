"""Constant subgraphs, shapes computed from shapes, and values that need no node at all."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from convopt.convdialect.ops.convolution import Conv2DOp
from convopt.convdialect.ops.structure import ReshapeOp
from convopt.frontends.onnx import load_onnx
from convopt.testing.onnx_models import Array, assert_as_onnxruntime, make_model

IMAGE = (2, 4, 3, 5)


def node(op_type: str, inputs: str, output: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(op_type, inputs.split(), [output], output, **attributes)


def constant(name: str, value: Array) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], name, value=numpy_helper.from_array(value))


def test_a_shape_computed_from_shapes() -> None:
    proto = make_model(
        [
            node("Shape", "x", "shape"),
            constant("zero", np.array([0])),
            constant("two", np.array([2])),
            node("Slice", "shape zero two", "kept"),
            node("Gather", "shape two", "height"),
            constant("minus", np.array([-1])),
            node("Cast", "height", "float_height", to=onnx.TensorProto.FLOAT),
            node("Cast", "float_height", "again", to=onnx.TensorProto.INT64),
            node("Concat", "kept again minus", "wanted", axis=0),
            node("Reshape", "x wanted", "y"),
        ],
        {"x": ("batch", 4, 3, 5)},
        ["y"],
    )
    model = assert_as_onnxruntime(proto, {"x": IMAGE})
    assert [op.name for op in model.module.walk() if op.name.startswith("conv.")] == [
        "conv.reshape"
    ]
    (reshape,) = (op for op in model.module.walk() if isinstance(op, ReshapeOp))
    assert reshape.result_type.get_shape() == (2, 4, 3, 5)
    assert model.partition.compiled_nodes == 1


@pytest.mark.parametrize("attributes", [{}, {"start": 1}, {"start": -3, "end": -1}, {"end": 9}])
def test_parts_of_a_shape(attributes: dict[str, int]) -> None:
    proto = make_model(
        [
            node("Shape", "x", "shape", **attributes),
            node("Cast", "shape", "numbers", to=onnx.TensorProto.FLOAT),
            node("ReduceSum", "numbers", "total", keepdims=0),
            node("Add", "x total", "y"),
        ],
        {"x": IMAGE},
        ["y"],
    )
    assert assert_as_onnxruntime(proto).partition.compiled_nodes == 1


def test_weights_from_constants() -> None:
    weights = np.random.default_rng(0).standard_normal((3, 3, 4, 8)).astype(np.float32)
    proto = make_model(
        [
            constant("hwio", weights),
            node("Transpose", "hwio", "oihw", perm=[3, 2, 0, 1]),
            constant("half", np.float32(0.5)),
            node("Mul", "oihw half", "w"),
            constant("size", np.array([8])),
            node("ConstantOfShape", "size", "bias",
                 value=numpy_helper.from_array(np.array([0.25], np.float32))),
            node("Conv", "x w bias", "y"),
        ],
        {"x": IMAGE},
        ["y"],
    )  # fmt: skip
    model = assert_as_onnxruntime(proto)
    (conv,) = (op for op in model.module.walk() if isinstance(op, Conv2DOp))
    assert conv.filter_type.get_shape() == (8, 4, 3, 3)


def test_quantised_weights() -> None:
    weights = np.random.default_rng(0).integers(-128, 127, (8, 4, 1, 1), dtype=np.int8)
    proto = make_model(
        [node("DequantizeLinear", "q scale zero", "w", axis=0), node("Conv", "x w", "y")],
        {"x": IMAGE},
        ["y"],
        {
            "q": weights,
            "scale": np.linspace(0.01, 0.02, 8, dtype=np.float32),
            "zero": np.zeros(8, np.int8),
        },
    )
    assert assert_as_onnxruntime(proto).partition.complete


def test_random_nodes_are_not_constant() -> None:
    proto = make_model(
        [
            node("RandomNormal", "", "noise", shape=[1], seed=1.0),
            node("Add", "x noise", "y"),
        ],
        {"x": IMAGE},
        ["y"],
    )
    proto.graph.node[0].ClearField("input")
    assert [each.op_type for each in load_onnx(proto).partition.left] == ["RandomNormal", "Add"]


def test_nodes_without_use_are_dropped() -> None:
    proto = make_model([node("Log", "x", "nowhere"), node("Relu", "x", "y")], {"x": IMAGE}, ["y"])
    assert assert_as_onnxruntime(proto).partition.complete


def test_a_constant_output() -> None:
    proto = make_model([constant("c", np.float32([1.5])), node("Relu", "x", "y")],
                       {"x": IMAGE}, ["y", "c"])  # fmt: skip
    assert assert_as_onnxruntime(proto).partition.complete


def test_a_constant_output_of_integers() -> None:
    proto = make_model([node("Shape", "x", "c"), node("Relu", "x", "y")], {"x": IMAGE}, ["y", "c"])
    proto.graph.output[1].type.tensor_type.elem_type = onnx.TensorProto.INT64
    model = assert_as_onnxruntime(proto)
    assert model.outputs[1].dtype == "int64"


def test_an_input_that_is_an_output() -> None:
    proto = make_model([node("Relu", "x", "y")], {"x": IMAGE}, ["y", "x"])
    assert assert_as_onnxruntime(proto).partition.complete


def test_local_functions_are_inlined() -> None:
    proto = make_model([node("Identity", "x", "y")], {"x": IMAGE}, ["y"])
    proto.graph.node[0].CopyFrom(helper.make_node("Twice", ["x"], ["y"], domain="mine"))
    function = helper.make_function(
        "mine", "Twice", ["a"], ["b"], [node("Add", "a a", "b")], [helper.make_opsetid("", 17)]
    )
    proto.functions.append(function)
    proto.opset_import.append(helper.make_opsetid("mine", 1))
    assert assert_as_onnxruntime(proto).partition.complete


def test_the_rounding_up_of_pools_reaches_what_follows() -> None:
    # The third row of windows would lie in the padding: two rows, so that Gemm fits.
    weights = np.ones((4 * 2 * 3, 2), np.float32)
    proto = make_model(
        [
            node("MaxPool", "x", "p", kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1,
                 pads=[0, 0, 1, 1]),
            node("Flatten", "p", "f"),
            node("Gemm", "f w", "y"),
        ],
        {"x": (1, 4, 6, 7)},
        ["y"],
        {"w": weights},
        opset=22,
    )  # fmt: skip
    proto.opset_import[0].version = 13
    assert load_onnx(proto).partition.complete
