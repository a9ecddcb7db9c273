"""Models with nodes that convopt does not compile: segments, reasons, and the same results."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from convopt import ConvoptError
from convopt.frontends.onnx import load_onnx
from convopt.model import CompiledSegment, LeftNode, Model, OnnxSegment
from convopt.testing.onnx_models import Array, assert_as_onnxruntime, make_model

RANDOM = np.random.default_rng(2)
IMAGE = (1, 4, 6, 6)


def floats(*shape: int) -> Array:
    return RANDOM.standard_normal(shape).astype(np.float32)


def node(op_type: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    name = f"{op_type}_{outputs.split()[0]}"
    return helper.make_node(op_type, inputs.split(), outputs.split(), name, **attributes)


def conv(source: str, target: str) -> onnx.NodeProto:
    return node("Conv", f"{source} w", target, pads=[1, 1, 1, 1])


WEIGHTS = {"w": floats(4, 4, 3, 3)}


def kinds(model: Model) -> str:
    return "".join("c" if isinstance(each, CompiledSegment) else "o" for each in model.segments)


def left_names(model: Model) -> list[str]:
    return [each.name for each in model.partition.left]


def test_an_unsupported_node_in_the_middle() -> None:
    proto = make_model(
        [conv("x", "a"), node("Softplus", "a", "b"), conv("b", "c"), node("Relu", "c", "y")],
        {"x": IMAGE},
        ["y"],
        WEIGHTS,
    )
    model = assert_as_onnxruntime(proto)
    assert kinds(model) == "coc"
    assert [each.input_names for each in model.segments] == [("x",), ("a",), ("b",)]
    assert [each.output_names for each in model.segments] == [("a",), ("b",), ("y",)]
    reason = "convopt has no such operator"
    assert model.partition.left == (LeftNode("Softplus", "", 17, "Softplus_b", reason),)
    assert model.partition.compiled_nodes == 3
    middle = model.segments[1]
    assert isinstance(middle, OnnxSegment)
    assert middle.nodes == ("Softplus_b",)
    assert middle.reason == "Softplus: convopt has no such operator"


def test_all_unsupported_nodes_are_listed_at_once() -> None:
    proto = make_model(
        [
            node("Softplus", "x", "a"),
            conv("a", "b"),
            node("Log", "b", "c"),
            node("ReduceMean", "c", "d", axes=[1]),
            node("Relu", "d", "y"),
        ],
        {"x": IMAGE},
        ["y"],
        WEIGHTS,
    )
    model = assert_as_onnxruntime(proto)
    with pytest.raises(ConvoptError) as caught:
        model.require_complete()
    assert str(caught.value).splitlines() == [
        "expected a model that convopt compiles completely, found 3 unsupported nodes in 'small':",
        "  Softplus (opset 17) 'Softplus_a': convopt has no such operator",
        "  Log (opset 17) 'Log_c': convopt has no such operator",
        "  ReduceMean (opset 17) 'ReduceMean_d': "
        "expected the axes 2 and 3 (height, width), found [1]",
    ]
    with pytest.raises(ConvoptError, match="found 3 unsupported nodes"):
        _ = model.module


def test_a_part_without_convolution_stays_with_its_neighbours() -> None:
    proto = make_model(
        [node("Softplus", "x", "a"), node("Relu", "a", "b"), node("Log", "b", "y")],
        {"x": IMAGE},
        ["y"],
    )
    model = assert_as_onnxruntime(proto)
    assert kinds(model) == "o"
    assert left_names(model) == ["Softplus_a", "Relu_b", "Log_y"]
    assert [each.name for each in model.partition.unsupported] == ["Softplus_a", "Log_y"]
    assert "1 unsupported" not in str(model.partition)


def test_a_complete_model_without_convolution_is_compiled() -> None:
    model = assert_as_onnxruntime(make_model([node("Relu", "x", "y")], {"x": IMAGE}, ["y"]))
    assert kinds(model) == "c"


def test_branches_do_not_make_cycles() -> None:
    # The upper branch needs the lower one and the other way round, at different depths.
    proto = make_model(
        [
            conv("x", "a"),
            node("Softplus", "x", "b"),
            node("Add", "a b", "c"),
            conv("c", "d"),
            node("Softplus", "a", "e"),
            node("Log", "d", "f"),
            node("Add", "e f", "g"),
            node("Mul", "g d", "h"),
            conv("h", "y"),
        ],
        {"x": IMAGE},
        ["y", "d"],
        WEIGHTS,
    )
    model = assert_as_onnxruntime(proto)
    made: set[str] = {"x"}
    for segment in model.segments:
        assert made.issuperset(segment.input_names)
        made.update(segment.output_names)


def test_integers_run_in_onnxruntime() -> None:
    proto = make_model(
        [
            conv("x", "a"),
            node("GlobalMaxPool", "a", "b"),
            node("Flatten", "b", "c"),
            node("ArgMax", "c", "y", axis=1),
        ],
        {"x": IMAGE},
        ["y", "a"],
        WEIGHTS,
    )
    proto.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    model = assert_as_onnxruntime(proto)
    assert kinds(model) == "co"
    assert model.outputs[0].dtype == "int64"


def test_other_float_types_are_left() -> None:
    weights = {"w": floats(4, 4, 3, 3).astype(np.float64)}
    proto = make_model([conv("x", "y")], {"x": IMAGE}, ["y"], weights, 17, onnx.TensorProto.DOUBLE)
    model = load_onnx(proto)
    assert [each.reason for each in model.partition.left] == ["'x' is float64, expected float32"]


def test_shapes_that_only_running_tells() -> None:
    proto = make_model(
        [
            conv("x", "a"),
            node("Relu", "a", "r"),
            node("NonZero", "r", "n"),
            node("Cast", "n", "f", to=onnx.TensorProto.FLOAT),
            node("Relu", "f", "y"),
        ],
        {"x": IMAGE},
        ["y"],
        WEIGHTS,
    )
    model = assert_as_onnxruntime(proto)
    assert model.partition.left[-1].reason == "the shape of 'f' is known only at run time"
    assert model.outputs[0].shape == (4, -1)
    assert not model.outputs[0].static
    assert "y: 4x? float32" in repr(model)


def test_operators_of_other_domains() -> None:
    proto = make_model(
        [
            conv("x", "a"),
            helper.make_node("Gelu", ["a"], ["b"], "gelu", domain="com.microsoft"),
            node("Relu", "b", "y"),
        ],
        {"x": IMAGE},
        ["y"],
        WEIGHTS,
    )
    model = assert_as_onnxruntime(proto)
    assert kinds(model) == "co"
    assert str(model.partition.left[0]).startswith("com.microsoft.Gelu (opset 1) 'gelu': ")


def test_subgraphs_keep_what_they_take_from_outside() -> None:
    def branch(name: str, source: str) -> onnx.GraphProto:
        output = onnx.ValueInfoProto(name=f"{name}_y")
        output.type.CopyFrom(helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, IMAGE))
        return helper.make_graph(
            [helper.make_node("Mul", [source, "factor"], [f"{name}_y"])], name, [], [output]
        )

    then, otherwise = branch("t", "a"), branch("e", "x")
    proto = make_model(
        [
            conv("x", "a"),
            node("ReduceSum", "a", "s", keepdims=0),
            node("Greater", "s zero", "condition"),
            node("If", "condition", "b", then_branch=then, else_branch=otherwise),
            conv("b", "y"),
        ],
        {"x": IMAGE},
        ["y"],
        {**WEIGHTS, "factor": np.float32([3.0]), "zero": np.float32(0.0)},
    )
    for seed in range(4):
        assert kinds(assert_as_onnxruntime(proto, seed=seed)) == "coc"


def test_weights_that_are_not_constant_are_left() -> None:
    proto = make_model([node("Conv", "x v", "y")], {"x": IMAGE, "v": (4, 4, 3, 3)}, ["y"])
    model = assert_as_onnxruntime(proto)
    assert [each.reason for each in model.partition.left] == ["filter 'v' is not constant"]


@pytest.mark.parametrize(
    ("the_node", "shape", "reason"),
    [
        (node("Conv", "x w3", "y"), (1, 4, 6), "expected a 2-D convolution"),
        (node("MaxPool", "x", "y", kernel_shape=[2]), (1, 4, 6), "found rank 3"),
        (node("MaxPool", "x", "y i", kernel_shape=[2, 2]), IMAGE, "its further output 'i' is used"),
        (node("MaxPool", "x", "y", kernel_shape=[1, 1], pads=[1, 1, 1, 1]), IMAGE, "window"),
        (node("AveragePool", "x", "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2],
              ceil_mode=1, count_include_pad=1), IMAGE, "expected ceil_mode or count_include_pad"),
        (node("Pad", "x pads", "y", mode="reflect"), IMAGE, "found mode 'reflect'"),
        (node("Pad", "x negative", "y"), IMAGE, "expected pads of at least 0"),
        (node("Pad", "x batch", "y"), IMAGE, "found it on batch or channels"),
        (node("ReduceMean", "x", "y"), IMAGE, "found none"),
        (node("Pow", "x four", "y"), IMAGE, "expected an exponent out of 0.5, 1, 2, 3, found 4.0"),
        (node("Clip", "x low", "y"), IMAGE, "lower bound 'low' is not constant"),
        (node("Gemm", "x right", "y", transA=1), (3, 2), "expected transA = 0"),
        (node("Gemm", "x right column", "y"), (2, 3), "expected an addend of a value a column"),
        (node("MatMul", "x stack", "y"), (2, 3), "expected a right-hand side of rank 2"),
        (node("Cast", "x", "y", to=onnx.TensorProto.INT32), IMAGE, "expected a cast to float32"),
        (node("BatchNormalization", "x four4 four4 four4 four4", "y m v", training_mode=1), IMAGE,
         "expected inference"),
        (node("Dropout", "x ratio true", "y"), IMAGE, "expected inference"),
    ],
    ids=lambda value: value.op_type if isinstance(value, onnx.NodeProto) else None,
)  # fmt: skip
def test_reasons(the_node: onnx.NodeProto, shape: tuple[int, ...], reason: str) -> None:
    constants = {
        "w3": floats(4, 4, 3),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
        "negative": np.array([0, 0, -1, 0, 0, 0, 0, 0]),
        "batch": np.array([1, 0, 0, 0, 0, 0, 0, 0]),
        "four": np.float32(4.0),
        "four4": np.full(4, 4, np.float32),
        "right": floats(3, 2),
        "column": floats(2, 1),
        "stack": floats(2, 3, 2),
        "ratio": np.float32(0.5),
        "true": np.array(True),
    }
    used = {name: value for name, value in constants.items() if name in the_node.input}
    inputs = {"x": shape} | ({"low": ()} if "low" in the_node.input else {})
    outputs = ["y", "i"] if "i" in the_node.output else ["y"]
    model = load_onnx(make_model([the_node], inputs, outputs, used))
    (left,) = model.partition.left
    assert reason in left.reason
