"""Bundles of the GPU benchmark, whose kernels the CPU runs as the CUDA text that they are."""

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from convopt.backends.targets import gpu_target
from convopt.backends.tvm.program import Kernel
from convopt.benchmarks.gpu.cases import BenchmarkCase
from convopt.benchmarks.networks.graph import Activation, GraphBuilder
from convopt.testing.cuda import compile_for_cpu, find_host_compiler

TARGET = "h200"
BUFFER = re.compile(r'(\w+): T\.Buffer\(\((\d+),\), "(\w+)"\)')
STATIC = re.compile(r"__shared__ alignas\(64\) (\w+) (\w+)\[(\d+)\];")
SHUFFLES = """
#define __activemask() 0xffffffffu
static float exchanged[1024];
static float exchange(float value, int from) {  // from: lane of the own group, -1 for the own
  const int own = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  exchanged[own] = value;
  __syncthreads();
  const float found = from < 0 ? value : exchanged[own / 32 * 32 + from];
  __syncthreads();
  return found;
}
static int lane() {
  return (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32;
}
static float __shfl_down_sync(unsigned, float value, int offset, int width) {
  return exchange(value, lane() % width + offset < width ? lane() + offset : -1);
}
static float __shfl_sync(unsigned, float value, int from, int width) {
  return exchange(value, lane() / width * width + from);
}
"""
"""All threads of a block arrive at TVM's shuffles, so that barriers may stand around them."""


@dataclass
class Recorded:
    """A bundle whose machine code is CUDA text, and the sizes of kernels' buffers in bytes."""

    bundle: Any
    sizes: dict[str, list[int]]


class HostLibrary:
    """libcuda for CUDA text in place of machine code, run on the CPU."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.modules, self.functions, self.asked = [], [], {}
        self.shared = {}

    def cuModuleLoadData(self, module, image):  # noqa: N802
        text, shared = without_static_shared(image.value.decode())
        self.shared |= shared
        self.modules.append(compile_for_cpu(text))
        module._obj.value = len(self.modules)
        return 0

    def cuModuleGetFunction(self, function, module, name):  # noqa: N802
        self.functions.append((self.modules[module.value - 1], name.value.decode()))
        function._obj.value = len(self.functions)
        return 0

    def cuFuncSetAttribute(self, function, attribute, value):  # noqa: N802
        self.asked[self.functions[function.value - 1][1]] = (attribute, value)
        return 0

    def cuLaunchKernel(self, function, *rest):  # noqa: N802
        *numbers, _, places, extra = rest
        assert extra is None
        host, name = self.functions[function.value - 1]
        sizes = self.sizes[name]
        x, y, z, bx, by, bz, shared = (number.value for number in numbers)
        addresses = [ctypes.c_uint64.from_address(places[i]).value for i in range(len(sizes))]
        buffers = [
            np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))
            for address, size in zip(addresses, sizes, strict=True)
        ]
        names = tuple(f"p{i}" for i in range(len(sizes)))
        static = self.shared.get(name, 0)
        kernel = Kernel(name, names, (x, y, z), (bx, by, bz), max(shared, static))
        host.launch(kernel, buffers)
        return 0


class NoLibrary:
    """NVML that is not there."""

    def nvmlInit_v2(self):  # noqa: N802
        return 1

    def nvmlDeviceGetHandleByIndex_v2(self, index, device):  # noqa: N802
        return 1


def without_static_shared(text):
    """TVM's kernels with one dynamic array for all static ones; its bytes by kernel."""
    if not STATIC.search(text):
        return text, {}
    head, *functions = re.split(r'(?=extern "C" __global__)', text)
    found, bytes_of = [head, SHUFFLES, "extern __shared__ unsigned char staged[];\n"], {}
    for function in functions:
        sizes = []

        def dynamic(match, sizes=sizes):
            kind, name, elements = match.groups()
            start = 64 * sum(sizes)
            sizes.append(-(-4 * int(elements) // 64))
            return f"{kind}* {name} = ({kind}*)(staged + {start});"

        found.append(STATIC.sub(dynamic, function))
        name = re.search(r"(\w+)\(float", function)[1]
        bytes_of[name] = 64 * sum(sizes)
    return "".join(found), bytes_of


@dataclass(frozen=True)
class SmallNetwork(BenchmarkCase):
    """All kinds of steps, on tiny images."""

    def model(self):
        graph = GraphBuilder("small", 15)
        relu, relu6 = Activation.RELU, Activation.RELU6
        x = graph.conv(graph.input, 8, 3, 2, pads=(0, 0, 0, 0), activation=relu)
        inner = graph.depthwise(graph.conv(x, 24, activation=relu6), activation=relu6)
        x = graph.add(x, graph.conv(inner, 8))
        x = graph.max_pool(graph.activate(x, relu))
        model = graph.model(graph.classify(graph.conv(x, 12, activation=relu), 5))
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_value = self.batch
        return model

    @property
    def macs(self):
        return 1


@pytest.fixture(scope="session")
def small_network() -> SmallNetwork:
    return SmallNetwork("whole", "network", "made_up", 2, 1)


@pytest.fixture(scope="session")
def record() -> Callable[..., Recorded]:
    """Makes a bundle of cases in a folder."""
    pytest.importorskip("torch", reason="references and peers are torch's")
    pytest.importorskip("tvm", reason="kernels are made by TVM")
    if find_host_compiler() is None:
        pytest.skip("no C++ compiler")

    from convopt.benchmarks.gpu import own_variant, tvm_variant
    from convopt.benchmarks.gpu.bundle import write_folder
    from convopt.benchmarks.gpu.compiled_case import compile_case
    from convopt.benchmarks.gpu.on_device.bundle import Bundle

    def recorded(folder, cases, wanted):
        sizes = {}
        build_network, build_function = own_variant.build_network, tvm_variant.build_function

        def own(module, target, symbol):
            network = build_network(module, target, symbol)
            for kernel in network.program.kernels:
                found = {
                    name: int(elements) * np.dtype(dtype).itemsize
                    for name, elements, dtype in BUFFER.findall(network.scripts[kernel.name])
                }
                sizes[kernel.name] = [found[name] for name in kernel.parameters]
            return network

        def of_tvm(name, function, target):
            built = build_function(name, function, target)
            sizes[built.text.kernel.name] = [built.sizes[index] for index in built.order]
            return built

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(own_variant, "build_network", own)
            patch.setattr(tvm_variant, "build_function", of_tvm)
            compiled = [compile_case(case, TARGET, wanted) for case in cases]
        write_folder(
            folder, gpu_target(TARGET), compiled, lambda texts: [t.encode() for t in texts]
        )
        return Recorded(Bundle.read(folder), sizes)

    return recorded


@pytest.fixture(scope="session")
def bench() -> Callable[..., Any]:
    """Measures what was recorded, on the CPU."""
    torch = pytest.importorskip("torch", reason="references and peers are torch's")

    from convopt.benchmarks.gpu.on_device.driver import Driver
    from convopt.benchmarks.gpu.on_device.energy import Meter
    from convopt.benchmarks.gpu.on_device.measuring import Bench

    def made(recorded, bundle=None):
        driver, meter = Driver(HostLibrary(recorded.sizes)), Meter(NoLibrary())
        device = torch.device("cpu")
        return Bench(bundle or recorded.bundle, driver, meter, device, 1, 1 << 20, {"gpu": "none"})

    return made


@pytest.fixture(scope="session")
def host_library() -> type[HostLibrary]:
    return HostLibrary
