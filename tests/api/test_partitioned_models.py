"""Models of which onnxruntime runs a part: tensors pass between the segments."""

import re
import sys

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import convopt
from convopt.artifact import Artifact
from convopt.compiler import compiled_artifact


@pytest.fixture(scope="module")
def proto():
    """Convolution, Sin (not compiled), convolution, ArgMax (whole numbers, not compiled)."""
    random = np.random.default_rng(5)

    def weights(name, *shape):
        return numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["image", "w"], ["a"], name="front", pads=[1, 1, 1, 1]),
        helper.make_node("Sin", ["a"], ["b"], name="odd"),
        helper.make_node("Conv", ["b", "v"], ["y"], name="back"),
        helper.make_node("ArgMax", ["y"], ["best"], name="winner", axis=1, keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "mixed",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, 8, 7))],
        [
            helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 5, 8, 7)),
            helper.make_tensor_value_info("best", TensorProto.INT64, (1, 8, 7)),
        ],
        [weights("w", 4, 3, 3, 3), weights("v", 5, 4, 1, 1)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def x():
    return np.random.default_rng(6).standard_normal((1, 3, 8, 7)).astype(np.float32)


@pytest.mark.parametrize("threads", [1, 2])
def test_results_are_those_of_onnxruntime(proto, x, threads):
    model = convopt.compile(proto, threads=threads)
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    expected = session.run(None, {"image": x})
    for found in (model(x), model.run(None, {"image": x})):
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-4, atol=1e-5)
        assert found[1].dtype == np.int64
        assert (found[1] == expected[1]).mean() > 0.98


def test_the_partition_says_which_nodes_and_why(proto):
    model = convopt.compile(proto)
    assert not model.partition.complete
    assert {node.name for node in model.partition.unsupported} == {"odd", "winner"}
    assert all(node.reason for node in model.partition.left)


def test_results_in_given_arrays(proto, x):
    out = (np.empty((1, 5, 8, 7), np.float32), np.empty((1, 8, 7), np.int64))
    model = convopt.compile(proto)
    expected = model(x)
    found = model(x, out=out)
    assert found[1] is out[1]
    assert all((one == other).all() for one, other in zip(expected, out, strict=True))


def test_profile_has_rows_for_onnxruntime(proto, x):
    rows = convopt.compile(proto).profile(x, repeat=2).rows
    kinds = [row.kind for row in rows]
    assert kinds.count("onnxruntime") == 2
    assert sum(kind.startswith(("pw", "dense")) for kind in kinds) == 2


def test_artifacts_with_several_segments_survive_as_bytes(proto):
    artifact = compiled_artifact(proto, "cortex-a72", cache=False)
    assert Artifact.from_bytes(artifact.to_bytes()) == artifact
    symbols = [one.interface.symbol for one in artifact.segments if hasattr(one, "interface")]
    assert len(symbols) == len(set(symbols)) == 2


def test_every_kind_of_onnx_source_means_the_same(proto, x, tmp_path):
    file = tmp_path / "mixed.onnx"
    file.write_bytes(proto.SerializeToString())
    results = [convopt.compile(source)(x)[0] for source in (proto, file, file.read_bytes())]
    assert all((result == results[0]).all() for result in results)


def test_no_object_for_a_part(proto):
    with pytest.raises(convopt.ConvoptError, match=re.escape("Sin (opset 17) 'odd'")):
        convopt.emit(proto, target="cortex-a72")
    with pytest.raises(convopt.ConvoptError, match="compiles completely"):
        convopt.optimize(proto)


def test_without_onnxruntime_the_command_is_named(proto, monkeypatch):
    convopt.compile(proto)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(convopt.ConvoptError, match=re.escape("pip install 'convopt[onnx]'")):
        convopt.compile(proto)
