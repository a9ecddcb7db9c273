"""Whole networks as planned for GPUs: exact CUDA text on the CPU, within 1e-4 of onnxruntime, and
within 1e-2 in f16."""

import numpy as np
import pytest

import convopt
from convopt.backends.targets import gpu_target
from convopt.backends.tvm.network import Network, build_network
from convopt.benchmarks.networks.catalogue import build
from convopt.by_target import planning_passes
from convopt.comparison import relative_error
from convopt.mlir_text import new_context
from convopt.pass_manager import run_passes
from convopt.testing.cuda.network_run import run_network

onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime")

NETWORKS = {
    "mobilenet_v1": (64, "jetson-orin", {"dwpw"}),
    "mobilenet_v2": (32, "gtx-1660", {"pwdw"}),
    "proxyless_gprox3": (32, "rtx-a4000", {"pwdw"}),
    "xception": (48, "h200", {"pool", "elementwise"}),
    "efficientnet_b0": (32, "h200", {"global_pool"}),
}
"""Image size, target, and kinds of kernels that are there beside pointwise ones."""


def network_for(proto, target: str, precision: str = "f32") -> Network:
    module = convopt.load(proto).module
    gpu = gpu_target(target)
    run_passes(module, planning_passes(target, precision), new_context())
    return build_network(module, gpu, "tested")


def error_of(network: Network, proto) -> float:
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    (given,) = network.program.inputs
    image = np.random.default_rng(0).standard_normal(given.shape).astype(np.float32)
    (expected,) = session.run(None, {given.name: image})
    (found,) = run_network(network, [image]).outputs
    return relative_error(found, expected)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    size, target, kinds = NETWORKS[name]
    proto = build(name, size)
    network = network_for(proto, target)
    assert kinds | {"pw"} <= {launch.kind for launch in network.program.launches}
    assert error_of(network, proto) < 1e-4


@pytest.mark.parametrize(
    ("name", "target", "tensor_cores"),
    [("efficientnet_b0", "h200", True), ("mobilenet_v2", "gtx-1660", False)],
)
def test_networks_in_f16(name: str, target: str, tensor_cores: bool) -> None:
    """With scaled inputs, and without tensor cores."""
    proto = build(name, 32)
    network = network_for(proto, target, "f16")
    scripts = "".join(network.scripts.values())
    assert ("convopt_mma_f16" in scripts) is tensor_cores
    assert ("convopt_scaled_dot2" in scripts) is (name == "efficientnet_b0")
    assert error_of(network, proto) < 1e-2
