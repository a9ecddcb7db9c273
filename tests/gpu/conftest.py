"""A network of two kernels written by hand, and machines with GPUs that the tests make up."""

import sys
from dataclasses import dataclass, field, replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from convopt.backends.targets import cuda, load_target
from convopt.backends.tvm.program import (
    Argument,
    DeviceProgram,
    DeviceTensor,
    Kernel,
    Launch,
)
from convopt.gpu import find_device
from convopt.gpu.bundle import Bundle
from convopt.testing.cuda import find_host_compiler
from convopt.testing.cuda.host_device import HostDevice

ELEMENTS = 2 * 3 * 40
THREADS = 64
BLOCKS = -(-ELEMENTS // THREADS)
SHARED_BYTES = 64 * 1024
"""More than a kernel gets without asking."""

CUDA_TEXT = f"""
extern "C" __global__ void __launch_bounds__({THREADS}) scale_kernel(
    float* __restrict__ T_ptr, float* __restrict__ W_ptr, float* __restrict__ X_ptr) {{
  extern __shared__ __align__(64) float shared_ptr[];
  int i = blockIdx.x * {THREADS} + threadIdx.x;
  shared_ptr[threadIdx.x] = i < {ELEMENTS} ? X_ptr[i] : 0.0f;
  __syncthreads();
  if (i < {ELEMENTS}) T_ptr[i] = shared_ptr[threadIdx.x] * W_ptr[i % 40];
}}
extern "C" __global__ void __launch_bounds__({THREADS}) add_kernel(
    float* __restrict__ A_ptr, float* __restrict__ B_ptr, float* __restrict__ Y_ptr) {{
  int i = blockIdx.x * {THREADS} + threadIdx.x;
  if (i < {ELEMENTS}) Y_ptr[i] = A_ptr[i] + B_ptr[i];
}}
"""
"""sum = x * w + z, by way of the workspace."""

WEIGHTS = np.linspace(-2, 2, 40, dtype=np.float32)
SHAPE = (2, 3, 40)
PROGRAM = DeviceProgram(
    symbol="toy",
    target="rtx-a4000",
    compute_capability="8.6",
    inputs=(DeviceTensor("x", SHAPE, "float32"), DeviceTensor("z", SHAPE, "float32")),
    outputs=(DeviceTensor("sum", SHAPE, "float32"),),
    kernels=(
        Kernel("scale_kernel", ("T", "W", "X"), (BLOCKS, 1, 1), (THREADS, 1, 1), SHARED_BYTES),
        Kernel("add_kernel", ("A", "B", "Y"), (BLOCKS, 1, 1), (THREADS, 1, 1), 0),
    ),
    launches=(
        Launch(
            "scale_kernel",
            (Argument("workspace", 256), Argument("weights", 64), Argument("input", 0)),
            "scale",
            "toy.mlir:1:1",
            ELEMENTS,
            8 * ELEMENTS,
        ),
        Launch(
            "add_kernel",
            (Argument("workspace", 256), Argument("input", 1), Argument("output", 0)),
            "add",
            "toy.mlir:2:1",
            0,
            12 * ELEMENTS,
        ),
    ),
    workspace_bytes=256 + 4 * ELEMENTS,
    weights_bytes=64 + WEIGHTS.nbytes,
)
BUNDLE = Bundle(PROGRAM, CUDA_TEXT, bytes(64) + WEIGHTS.tobytes(), notes=("a batch of 2",))


@dataclass(frozen=True)
class Toy:
    """The network, what goes in, and what has to come out."""

    bundle: Bundle
    x: np.ndarray
    z: np.ndarray

    @property
    def expected(self) -> np.ndarray:
        return self.x * WEIGHTS + self.z


@pytest.fixture
def toy():
    random = np.random.default_rng(3)
    x, z = (random.standard_normal(SHAPE, np.float32) for _ in range(2))
    return Toy(BUNDLE, x, z)


@pytest.fixture(scope="session")
def host_compiler():
    if find_host_compiler() is None:
        pytest.skip("needs a C++ compiler")


@pytest.fixture
def host_device(host_compiler, monkeypatch):
    """The CPU as the GPU of this machine."""
    device = HostDevice()
    monkeypatch.setattr(find_device, "find_device", lambda ordinal=0: replace(device))
    return device


@dataclass
class Watched(HostDevice):
    """Keeps what was asked of it."""

    calls: list[str] = field(default_factory=list)

    def launch(self, function, kernel, addresses):
        self.calls.append("record" if self._recording else kernel.name)
        super().launch(function, kernel, addresses)

    def copy(self, target, source, size):
        self.calls.append(f"copy {size}")
        super().copy(target, source, size)

    def wait_for(self, stream):
        self.calls.append(f"wait for {stream}")

    def hold(self, stream):
        self.calls.append(f"hold {stream}")


@pytest.fixture
def device(host_compiler):
    return Watched()


@pytest.fixture
def generator(monkeypatch):
    """The toy network in place of what the generator makes of a model; the calls it got."""
    calls: list[tuple[object, str, str]] = []

    def build_network(module, target, symbol):
        calls.append((module, target.name, symbol))
        program = replace(
            PROGRAM,
            symbol=symbol,
            target=target.name,
            compute_capability=target.compute_capability,
        )
        scripts = {"scale_kernel": "@T.prim_func\ndef scale(): ...", "add_kernel": "# add"}
        return SimpleNamespace(
            program=program, scripts=scripts, cuda=CUDA_TEXT, weights=BUNDLE.weights
        )

    module = ModuleType("convopt.backends.tvm.network")
    module.build_network = build_network  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


@pytest.fixture
def no_nvcc(monkeypatch):
    monkeypatch.setattr("convopt.backends.tvm.nvcc.find_nvcc", lambda: None)
    monkeypatch.setattr("convopt.gpu.compilers.nvrtc_version", lambda: None)


class Library:
    """libcuda: answers by attribute, for each GPU."""

    def __init__(self, *gpus: dict[int, int], fails: int = 0):
        self.gpus, self.fails = gpus, fails

    def cuInit(self, flags):  # noqa: N802
        return self.fails

    def cuDriverGetVersion(self, place):  # noqa: N802
        place._obj.value = 12040
        return 0

    def cuDeviceGetCount(self, place):  # noqa: N802
        place._obj.value = len(self.gpus)
        return 0

    def cuDeviceGet(self, place, ordinal):  # noqa: N802
        place._obj.value = ordinal
        return 0

    def cuDeviceGetAttribute(self, place, attribute, device):  # noqa: N802
        if attribute not in self.gpus[device]:
            return 1
        place._obj.value = self.gpus[device][attribute]
        return 0


H200 = {75: 9, 76: 0, 16: 132, 13: 1_980_000, 36: 3_201_000, 37: 6144, 38: 52_428_800, 39: 2048,
        81: 233_472, 82: 65_536, 97: 232_448}  # fmt: skip
"""CUdevice_attribute and its value."""


@pytest.fixture
def h200():
    return dict(H200)


@pytest.fixture
def machine(monkeypatch):
    """Makes this a machine with some GPUs, by the attributes that their driver tells."""
    real = cuda.CudaDriver.open

    def install(*gpus: dict[int, int], fails: int = 0) -> None:
        library = Library(*gpus, fails=fails)
        monkeypatch.setattr(cuda.CudaDriver, "open", lambda: real(lambda name: library))
        load_target.cache_clear()

    yield install
    load_target.cache_clear()
