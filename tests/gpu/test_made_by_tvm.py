"""From a model to its results with the real generator: TVM's CUDA text, run on the CPU."""

import numpy as np
import pytest

import convopt
import convopt.gpu

pytest.importorskip("tvm", reason="needs apache-tvm")
onnx = pytest.importorskip("onnx", reason="needs onnx")


@pytest.fixture
def model():
    """t = relu(x), y = hardswish(t + z)."""
    helper = onnx.helper
    shape = (1, 3, 8, 10)
    x, z, y, t = (
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in "xzyt"
    )
    nodes = [
        helper.make_node("Relu", ["x"], ["t"]),
        helper.make_node("Add", ["t", "z"], ["s"]),
        helper.make_node("HardSwish", ["s"], ["y"]),
    ]
    graph = helper.make_graph(nodes, "net", [x, z], [y, t])
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def test_a_network(model, host_device, no_nvcc, machine, h200, monkeypatch, tmp_path):
    monkeypatch.setenv("CONVOPT_CACHE_DIR", str(tmp_path))
    random = np.random.default_rng(5)
    x, z = (random.standard_normal((1, 3, 8, 10), np.float32) for _ in range(2))
    relu = np.maximum(x, 0)
    total = relu + z
    expected = (total * np.clip(total / 6 + 0.5, 0, 1), relu)
    compiled = convopt.compile(model, target="rtx-a4000")
    for path, data in compiled.bundle.files(tmp_path / "net.json").items():
        path.write_bytes(data)
    machine(h200)
    for network in (compiled, convopt.gpu.load(tmp_path / "net.json")):
        for found, wanted in zip(network(x, z), expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
