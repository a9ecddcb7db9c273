"""The GPU through cuda-python, against a driver that the tests make up.

Its memory is the host's, its kernels are Python, its graphs record launches: what the device hands
over is read as the real driver would read it.
"""

import ctypes
import sys
from enum import IntEnum
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from convopt.backends.targets import gpu_target
from convopt.errors import ConvoptError
from convopt.gpu.device import Image
from convopt.gpu.find_device import find_device
from convopt.gpu.model import GpuModel
from convopt.gpu.nvrtc import compile_with_nvrtc, nvrtc_version

ELEMENTS = 240
FLAGS = {
    "CUstream_flags": ["CU_STREAM_DEFAULT", "CU_STREAM_NON_BLOCKING"],
    "CUevent_flags": ["CU_EVENT_DEFAULT", "CU_EVENT_DISABLE_TIMING"],
    "CUstreamCaptureMode": ["CU_STREAM_CAPTURE_MODE_RELAXED"],
    "CUfunction_attribute": ["CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES"],
    "CUdevice_attribute": [
        "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR",
        "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR",
    ],
    "CUresult": ["CUDA_SUCCESS", "CUDA_ERROR_OUT_OF_MEMORY", "CUDA_ERROR_INVALID_IMAGE"],
}
ENUMS = {name: IntEnum(name, members, start=0) for name, members in FLAGS.items()}
Result = ENUMS["CUresult"]


def floats(address, count=ELEMENTS):
    """The floats at an address."""
    return np.ctypeslib.as_array((ctypes.c_float * count).from_address(address))


def scale(target, weights, x):
    floats(target)[...] = floats(x) * np.tile(floats(weights, 40), 6)


def add(a, b, result):
    floats(result)[...] = floats(a) + floats(b)


KERNELS = {b"scale_kernel": scale, b"add_kernel": add}


class Driver(ModuleType):
    """cuda.bindings.driver"""

    def __init__(self):
        super().__init__("cuda.bindings.driver")
        self.calls, self.memory, self.graph, self.contexts = [], {}, None, 0
        self.limit, self.refused = 1 << 30, b"refused"
        for name, enum in ENUMS.items():
            setattr(self, name, enum)

    def __getattr__(self, name):
        """A function without a result: only kept."""
        if not name.startswith("cu"):
            raise AttributeError(name)

        def function(*arguments):
            assert self.contexts or name in ("cuInit", "cuMemFree"), f"{name} without a context"
            self.calls.append((name, *arguments))
            return (Result.CUDA_SUCCESS,)

        return function

    def cuGetErrorString(self, status):  # noqa: N802
        return Result.CUDA_SUCCESS, f"words of {int(status)}".encode()

    def cuDeviceGet(self, ordinal):  # noqa: N802
        return Result.CUDA_SUCCESS, 10 + ordinal

    def cuDeviceGetName(self, length, device):  # noqa: N802
        return Result.CUDA_SUCCESS, b"Fake GPU\0".ljust(length)

    def cuDeviceGetAttribute(self, attribute, device):  # noqa: N802
        return Result.CUDA_SUCCESS, 9 if attribute.name.endswith("MAJOR") else 0

    def cuDevicePrimaryCtxRetain(self, device):  # noqa: N802
        return Result.CUDA_SUCCESS, "context"

    def cuCtxPushCurrent(self, context):  # noqa: N802
        self.contexts += 1
        return (Result.CUDA_SUCCESS,)

    def cuCtxPopCurrent(self):  # noqa: N802
        self.contexts -= 1
        return Result.CUDA_SUCCESS, "context"

    def cuStreamCreate(self, flags):  # noqa: N802
        assert flags == 1
        return Result.CUDA_SUCCESS, "own stream"

    def cuEventCreate(self, flags):  # noqa: N802
        return Result.CUDA_SUCCESS, f"event {int(flags)}"

    def cuEventElapsedTime(self, begin, end):  # noqa: N802
        return Result.CUDA_SUCCESS, 2.5

    def cuMemAlloc(self, size):  # noqa: N802
        if size > self.limit:
            return Result.CUDA_ERROR_OUT_OF_MEMORY, None
        memory = (ctypes.c_char * size)()
        self.memory[ctypes.addressof(memory)] = memory
        return Result.CUDA_SUCCESS, ctypes.addressof(memory)

    def cuMemFree(self, address):  # noqa: N802
        assert self.contexts
        del self.memory[address]
        return (Result.CUDA_SUCCESS,)

    def _copied(self, target, source, size, stream):
        assert stream == "own stream"
        ctypes.memmove(target, source, size)
        return (Result.CUDA_SUCCESS,)

    cuMemcpyHtoDAsync = cuMemcpyDtoHAsync = cuMemcpyDtoDAsync = _copied  # noqa: N815

    def cuModuleLoadData(self, image):  # noqa: N802
        self.calls.append(("cuModuleLoadData", image))
        if self.refused in image:
            return Result.CUDA_ERROR_INVALID_IMAGE, None
        return Result.CUDA_SUCCESS, "module"

    def cuModuleGetFunction(self, module, name):  # noqa: N802
        return Result.CUDA_SUCCESS, KERNELS[name]

    def cuLaunchKernel(self, function, gx, gy, gz, bx, by, bz, shared, stream, places, extra):  # noqa: N802
        assert (gx, gy, gz, bx, by, bz) == (4, 1, 1, 64, 1, 1)
        assert (stream, extra) == ("own stream", 0)
        pointers = (ctypes.c_void_p * 3).from_address(places)
        values = [ctypes.c_uint64.from_address(pointer).value for pointer in pointers]
        self.calls.append(("cuLaunchKernel", function.__name__, shared))
        if self.graph is None:
            function(*values)
        else:
            self.graph.append((function, values))
        return (Result.CUDA_SUCCESS,)

    def cuStreamBeginCapture(self, stream, mode):  # noqa: N802
        self.graph = []
        return (Result.CUDA_SUCCESS,)

    def cuStreamEndCapture(self, stream):  # noqa: N802
        graph, self.graph = self.graph, None
        return Result.CUDA_SUCCESS, graph

    def cuGraphInstantiate(self, graph, flags):  # noqa: N802
        return Result.CUDA_SUCCESS, tuple(graph)

    def cuGraphLaunch(self, graph, stream):  # noqa: N802
        self.calls.append(("cuGraphLaunch", len(graph)))
        for function, values in graph:
            function(*values)
        return (Result.CUDA_SUCCESS,)

    def named(self, *names):
        return [call for call in self.calls if call[0] in names]


@pytest.fixture
def driver(monkeypatch):
    fake = Driver()
    bindings = ModuleType("cuda.bindings")
    bindings.driver = fake
    monkeypatch.setitem(sys.modules, "cuda.bindings", bindings)
    monkeypatch.setitem(sys.modules, "cuda.bindings.driver", fake)
    return fake


@pytest.fixture
def device(driver):
    from convopt.gpu.driver_device import DriverDevice

    return DriverDevice()


@pytest.fixture
def bundle(toy):
    from dataclasses import replace

    return replace(toy.bundle, ptx="// ptx")


def test_the_device(device):
    assert (device.name, device.ordinal, device.compute_capability) == ("Fake GPU", 0, "9.0")


def test_a_network(driver, device, bundle, toy):
    model = GpuModel(bundle, device, gpu_target("h200"))
    for _ in range(3):
        np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)
    launches = [("cuLaunchKernel", "scale", 65536), ("cuLaunchKernel", "add", 0)]
    replays = [("cuGraphLaunch", 2)] * 2
    assert driver.named("cuLaunchKernel", "cuGraphLaunch") == [*launches, *launches, *replays]
    assert driver.contexts == 0


def test_shared_memory_beyond_48_kb_is_asked_for(driver, device, bundle):
    with device.current():
        device.load(Image("ptx", b"// ptx"), bundle.program.kernels)
    (asked,) = driver.named("cuFuncSetAttribute")
    assert asked[1:] == (scale, ENUMS["CUfunction_attribute"](0), 65536)
    assert driver.named("cuModuleLoadData") == [("cuModuleLoadData", b"// ptx\0")]


def test_memory_is_given_back(driver, device, bundle, toy):
    model = GpuModel(bundle, device, gpu_target("h200"))
    assert len(driver.memory) == 5
    del model
    assert driver.memory == {}


def test_order_with_other_streams(driver, device):
    with device.current():
        device.wait_for(77)
        device.hold(77)
    calls = driver.named("cuEventRecord", "cuStreamWaitEvent")
    assert calls == [
        ("cuEventRecord", "event 1", 77),
        ("cuStreamWaitEvent", "own stream", "event 1", 0),
        ("cuEventRecord", "event 1", "own stream"),
        ("cuStreamWaitEvent", 77, "event 1", 0),
    ]
    assert len(driver.named("cuEventDestroy")) == 2


def test_profile(device, bundle, toy):
    profile = GpuModel(bundle, device, gpu_target("h200")).profile(toy.x, toy.z, repeat=2)
    assert [row.milliseconds for row in profile.rows] == [0.25, 0.25]  # 2.5 ms for ten launches


def test_capturing_ends_when_something_fails(driver, device):
    def work():
        raise KeyError("mistake")

    with device.current(), pytest.raises(KeyError):
        device.capture(work)
    assert driver.graph is None


def test_too_little_memory(driver, device, bundle):
    driver.limit = 100
    message = r"cuMemAlloc: words of 1 \(CUDA_ERROR_OUT_OF_MEMORY\)"
    with pytest.raises(ConvoptError, match=message):
        GpuModel(bundle, device, gpu_target("h200"))


def test_the_next_image_is_tried_when_one_does_not_load(driver, device, bundle, monkeypatch):
    driver.refused = b"// ptx"
    monkeypatch.setattr(
        "convopt.gpu.driver_device.compile_with_nvrtc", lambda text, capability: b"\x7fELF"
    )
    GpuModel(bundle, device, gpu_target("h200"))
    loads = [image for _, image in driver.named("cuModuleLoadData")]
    assert loads == [b"// ptx\0", b"\x7fELF"]
    driver.refused = b""
    message = (
        r"'model' does not load on Fake GPU: ptx: cuModuleLoadData: words of 2 .*; cuda: cuMod"
    )
    with pytest.raises(ConvoptError, match=message):
        GpuModel(bundle, device, gpu_target("h200"))


def test_cuda_python_is_found(driver, machine, h200, monkeypatch):
    monkeypatch.setattr("convopt.gpu.find_device._has", lambda name: name == "cuda.bindings")
    machine(h200, h200)
    assert find_device(1).name == "Fake GPU"


@pytest.mark.parametrize("ordinal", [1, -1])
def test_a_gpu_that_is_not_there(machine, h200, ordinal):
    machine(h200)
    message = f"expected one of the 1 GPUs of this machine, found cuda:{ordinal}$"
    with pytest.raises(ConvoptError, match=message):
        find_device(ordinal)


def test_no_package(machine, h200, monkeypatch):
    monkeypatch.setattr("convopt.gpu.find_device._has", lambda name: False)
    machine(h200)
    message = r"found neither: pip install 'cuda-python==12\.\*' \(or cupy-cuda12x\)$"
    with pytest.raises(ConvoptError, match=message):
        find_device()


class Nvrtc(ModuleType):
    """cuda.bindings.nvrtc that refuses text with `mistake` in it."""

    nvrtcResult = SimpleNamespace(NVRTC_SUCCESS=0)  # noqa: N815
    log = b"network.cu(3): warning: odd\nnetwork.cu(7): error: mistake is undefined\n\0"

    def nvrtcVersion(self):  # noqa: N802
        return 0, 12, 9

    def nvrtcCreateProgram(self, source, name, number, headers, names):  # noqa: N802
        self.source = source
        return 0, "program"

    def nvrtcCompileProgram(self, program, number, options):  # noqa: N802
        assert options == [b"--gpu-architecture=sm_90", b"--std=c++17"]
        assert number == 2
        return (SimpleNamespace(name="NVRTC_ERROR") if b"mistake" in self.source else 0,)

    def nvrtcGetProgramLogSize(self, program):  # noqa: N802
        return 0, len(self.log)

    def nvrtcGetProgramLog(self, program, buffer):  # noqa: N802
        buffer[:] = self.log
        return (0,)

    def nvrtcGetCUBINSize(self, program):  # noqa: N802
        return 0, 4

    def nvrtcGetCUBIN(self, program, buffer):  # noqa: N802
        buffer[:] = b"\x7fELF"
        return (0,)

    def nvrtcDestroyProgram(self, program):  # noqa: N802
        return (0,)


def test_nvrtc(driver):
    sys.modules["cuda.bindings"].nvrtc = Nvrtc("nvrtc")
    assert compile_with_nvrtc("text", "9.0") == b"\x7fELF"
    assert nvrtc_version() == "12.9"
    with pytest.raises(
        ConvoptError, match=r"^NVRTC: network.cu\(7\): error: mistake is undefined$"
    ):
        compile_with_nvrtc("mistake", "9.0")


def test_no_nvrtc(driver, monkeypatch):
    def missing(*_):
        raise RuntimeError("no libnvrtc")

    sys.modules["cuda.bindings"].nvrtc = nvrtc = Nvrtc("nvrtc")
    nvrtc.nvrtcCreateProgram = nvrtc.nvrtcVersion = missing
    assert nvrtc_version() is None
    with pytest.raises(ConvoptError, match=r"found none: pip install 'cuda-python\[all\]'"):
        compile_with_nvrtc("text", "9.0")
