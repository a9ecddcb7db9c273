"""Every installed peer that runs whole models computes small networks right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("onnx")

from onnx import ModelProto, NodeProto, helper
from onnx.reference import ReferenceEvaluator

from convopt.benchmarks.peers.peer import MissingError, ModelData, Prepared, UnsupportedError
from convopt.benchmarks.peers.registry import PEERS
from convopt.comparison import relative_error
from convopt.testing.onnx_models import make_model

SLOW_COMPILERS = {"torch-compile"}
"""Tested on one network."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Nodes over the constants that they take, of one input."""

    nodes: Sequence[NodeProto]
    constants: dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int64]]
    input_shape: tuple[int, ...]

    def model(self) -> ModelProto:
        last = self.nodes[-1].output[0]
        return make_model(self.nodes, {"x": self.input_shape}, [last], self.constants)


def numbers(seed: int, *shape: int) -> Floats:
    random = np.random.default_rng(seed).standard_normal(shape, np.float32)
    return random / np.float32(np.sqrt(np.prod(shape[1:])))


def mobile() -> Network:
    """A strided stem, a depthwise-separable block with a sum, and a classifier."""
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["c0", "zero", "six"], ["r0"]),
        helper.make_node("Conv", ["r0", "w1", "b1"], ["c1"], group=16, pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "w2"], ["c2"]),
        helper.make_node("Add", ["c2", "r0"], ["s2"]),
        helper.make_node("GlobalAveragePool", ["s2"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "w3", "b3"], ["y"], transB=1),
    ]
    constants = {
        **{"w0": numbers(0, 16, 3, 3, 3), "b0": numbers(1, 16)},
        **{"w1": numbers(2, 16, 1, 3, 3), "b1": numbers(3, 16)},
        **{"w2": numbers(4, 16, 16, 1, 1), "w3": numbers(5, 10, 16), "b3": numbers(6, 10)},
        **{"zero": np.array(0, np.float32), "six": np.array(6, np.float32)},
    }
    return Network(nodes, constants, (1, 3, 17, 15))


def stem() -> Network:
    """A convolution and a ReLU."""
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["y"]),
    ]
    constants = {"w0": numbers(0, 16, 3, 3, 3), "b0": numbers(1, 16)}
    return Network(nodes, dict(constants), (1, 3, 17, 15))


def attentive() -> Network:
    """Batch norm, both pools, concatenation, squeeze-and-excite and what else networks are of."""
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], group=4, pads=[0, 0, 1, 1]),
        helper.make_node("BatchNormalization", ["c0", "s", "b", "m", "v"], ["n0"]),
        helper.make_node("HardSwish", ["n0"], ["h0"]),
        helper.make_node(
            *("MaxPool", ["h0"], ["p0"]), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]
        ),
        helper.make_node(
            *("AveragePool", ["h0"], ["p1"]), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]
        ),
        helper.make_node("Concat", ["p0", "p1"], ["k"], axis=1),
        helper.make_node("GlobalAveragePool", ["k"], ["g"]),
        helper.make_node("Conv", ["g", "w1", "b1"], ["e"]),
        helper.make_node("Sigmoid", ["e"], ["a"]),
        helper.make_node("Mul", ["k", "a"], ["z"]),
        helper.make_node("ReduceMean", ["z"], ["r"], axes=[2, 3], keepdims=1),
        helper.make_node("Reshape", ["r", "sizes"], ["y"]),
    ]
    constants = {
        **{"w0": numbers(0, 8, 2, 3, 3), "b0": numbers(1, 8)},
        **{"s": numbers(2, 8) + 2, "b": numbers(3, 8), "m": numbers(4, 8)},
        **{"v": np.abs(numbers(5, 8)) + 1, "w1": numbers(6, 16, 16, 1, 1), "b1": numbers(7, 16)},
        "sizes": np.array([1, -1], np.int64),
    }
    return Network(nodes, constants, (1, 8, 12, 13))


def prepare(name: str, network: Network) -> Prepared:
    """Skips where the peer is not installed or runs no models."""
    feeds = {"x": feed(network)}
    data = ModelData("net", network.model().SerializeToString(), feeds)
    try:
        return PEERS[name]().prepare_model(data, threads=1)
    except (MissingError, UnsupportedError) as error:
        pytest.skip(f"{name}: {error}")


def feed(network: Network) -> Floats:
    return np.random.default_rng(8).standard_normal(network.input_shape, np.float32)


def check(prepared: Prepared, network: Network, tolerance: float) -> None:
    prepared.run(2)
    found = prepared.outputs()
    prepared.close()
    expected = ReferenceEvaluator(network.model()).run(None, {"x": feed(network)})
    assert [f.shape for f in found] == [e.shape for e in expected]
    assert max(map(relative_error, found, expected)) <= tolerance


@pytest.mark.filterwarnings("ignore:Field 'type' of 'value_info'")  # results without shapes
@pytest.mark.parametrize("network", [mobile(), attentive()], ids=["mobile", "attentive"])
@pytest.mark.parametrize("name", sorted(PEERS.keys() - SLOW_COMPILERS))
def test_a_model_is_right(name: str, network: Network) -> None:
    check(prepare(name, network), network, PEERS[name]().tolerance)


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method`:DeprecationWarning")
def test_compiled_torch_packs_the_frozen_weights() -> None:
    torch = pytest.importorskip("torch")
    network = stem()
    prepared = prepare("torch-compile", network)
    with torch.profiler.profile() as profile:
        prepared.run(1)
    assert "aten::convolution" not in {event.key for event in profile.key_averages()}
    check(prepared, network, 1e-5)


def test_an_unknown_node_is_named() -> None:
    pytest.importorskip("torch")
    model = Network([helper.make_node("Softsign", ["x"], ["y"])], {}, (1, 3)).model()
    data = ModelData("odd", model.SerializeToString(), {"x": numbers(0, 1, 3)})
    with pytest.raises(UnsupportedError, match="no torch module for ONNX's Softsign"):
        PEERS["torch"]().prepare_model(data, threads=1)
