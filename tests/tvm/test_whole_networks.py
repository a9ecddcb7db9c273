"""Whole networks as planned for GPUs: exact CUDA text on the CPU, within 1e-4 of onnxruntime."""

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


def network_for(proto, target: str) -> Network:
    module = convopt.load(proto).module
    gpu = gpu_target(target)
    run_passes(module, planning_passes(target), new_context())
    return build_network(module, gpu, "tested")


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    size, target, kinds = NETWORKS[name]
    proto = build(name, size)
    network = network_for(proto, target)
    assert kinds | {"pw"} <= {launch.kind for launch in network.program.launches}
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    (given,) = network.program.inputs
    image = np.random.default_rng(0).standard_normal(given.shape).astype(np.float32)
    (expected,) = session.run(None, {given.name: image})
    (found,) = run_network(network, [image]).outputs
    assert relative_error(found, expected) < 1e-4
