"""The GPU through cupy, against a cupy that the tests make up; its memory is the host's."""

import ctypes
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from convopt.backends.targets import gpu_target
from convopt.errors import ConvoptError
from convopt.gpu.find_device import find_device
from convopt.gpu.model import GpuModel

H200 = gpu_target("h200")


def floats(address, count=240):
    """The floats at an address."""
    return np.ctypeslib.as_array((ctypes.c_float * count).from_address(address))


def scale(target, weights, x):
    floats(target)[...] = floats(x) * np.tile(floats(weights, 40), 6)


def add(a, b, result):
    floats(result)[...] = floats(a) + floats(b)


class RefusedError(Exception):
    """Of the driver, the runtime, or the compiler."""


class Cupy(ModuleType):
    """What of cupy is used; `calls` keeps the order, `current` the streams in use."""

    def __init__(self):
        super().__init__("cupy")
        self.calls, self.current, self.graph, self.refused = [], [], None, "refused"
        fake = self

        class Kernel:
            """cupy.RawKernel: its code is read when the first attribute is asked for."""

            def __init__(self, module, name):
                self.module, self.work = module, {"scale_kernel": scale, "add_kernel": add}[name]
                self.largest = 48 * 1024

            @property
            def max_dynamic_shared_size_bytes(self):
                self.module.read()
                return self.largest

            @max_dynamic_shared_size_bytes.setter
            def max_dynamic_shared_size_bytes(self, size):
                self.largest = size

            def __call__(self, grid, block, args, *, shared_mem=0):
                assert (grid, block) == ((4, 1, 1), (64, 1, 1))
                assert shared_mem <= self.largest
                assert fake.current == ["device 0", "stream 5"]
                fake.calls.append(self.work.__name__)
                if fake.graph is None:
                    self.work(*args)
                else:
                    fake.graph.append((self.work, args))

        class RawModule:
            def __init__(self, *, code=None, path=None, options=()):
                self.code, self.path, self.options = code, path, options
                self.loaded = False

            def read(self):
                if self.loaded:
                    return
                self.loaded = True
                text = self.code if self.path is None else Path(self.path).read_text()
                fake.calls.append(f"load {'code' if self.path is None else Path(self.path).name}")
                if fake.refused in text:
                    raise RefusedError("does not\nload")

            def get_function(self, name):
                return Kernel(self, name)

        class Graph:
            def __init__(self, work):
                self.work = work

            def launch(self, stream=None):
                fake.calls.append(f"replay on {stream.ptr}")
                for work, arguments in self.work:
                    work(*arguments)

        class Stream:
            ptr = 5

            def __init__(self, non_blocking):
                assert non_blocking

            def __enter__(self):
                fake.current.append("stream 5")

            def __exit__(self, *_):
                fake.current.pop()

            def begin_capture(self):
                fake.graph = []

            def end_capture(self):
                graph, fake.graph = fake.graph, None
                return Graph(graph)

            def record(self, event):
                fake.calls.append(f"record {event.ptr} on 5")
                return event

            def wait_event(self, event):
                fake.calls.append(f"5 waits for {event.ptr}")

            def synchronize(self):
                fake.calls.append("synchronize")

        class Device:
            compute_capability = "90"

            def __init__(self, ordinal):
                self.name = f"device {ordinal}"

            def __enter__(self):
                fake.current.append(self.name)

            def __exit__(self, *_):
                fake.current.pop()

        class Event:
            ptr = 9

            def __init__(self, disable_timing=False):
                pass

            def synchronize(self):
                pass

        def alloc(size):
            if size > fake.limit:
                raise RefusedError("out of memory")
            memory = (ctypes.c_char * size)()
            return SimpleNamespace(ptr=ctypes.addressof(memory), memory=memory)

        def memcpy(target, source, size, kind, stream):
            assert stream == 5
            ctypes.memmove(target, source, size)

        self.limit = 1 << 30
        self.RawModule = RawModule
        self.cuda = SimpleNamespace(
            Device=Device,
            Stream=Stream,
            Event=Event,
            alloc=alloc,
            get_elapsed_time=lambda begin, end: 2.5,
            memory=SimpleNamespace(OutOfMemoryError=RefusedError),
            compiler=SimpleNamespace(CompileException=RefusedError),
            driver=SimpleNamespace(CUDADriverError=RefusedError),
            runtime=SimpleNamespace(
                CUDARuntimeError=RefusedError,
                getDeviceProperties=lambda ordinal: {"name": b"Fake GPU"},
                memcpyHostToDevice=1,
                memcpyDeviceToHost=2,
                memcpyDeviceToDevice=3,
                memcpyAsync=memcpy,
                eventRecord=lambda event, stream: fake.calls.append(f"record {event} on {stream}"),
                streamWaitEvent=lambda stream, event: fake.calls.append(f"{stream} waits {event}"),
            ),
        )


@pytest.fixture
def cupy(monkeypatch):
    fake = Cupy()
    monkeypatch.setitem(sys.modules, "cupy", fake)
    return fake


@pytest.fixture
def device(cupy):
    from convopt.gpu.cupy_device import CupyDevice

    return CupyDevice()


def test_the_device(device):
    assert (device.name, device.ordinal, device.compute_capability) == ("Fake GPU", 0, "9.0")


def test_a_network(cupy, device, toy):
    model = GpuModel(toy.bundle, device, H200)
    for _ in range(3):
        np.testing.assert_allclose(model(toy.x, toy.z), toy.expected, rtol=1e-6)
    kernels = [call for call in cupy.calls if call != "synchronize"]
    assert kernels == ["load code", *["scale", "add"] * 2, "replay on 5", "replay on 5"]
    assert cupy.current == []


def test_code_that_nvcc_made_comes_from_a_file(cupy, device, toy):
    GpuModel(replace(toy.bundle, ptx="// ptx"), device, H200)
    assert "load kernels.ptx" in cupy.calls


def test_the_next_image_is_tried_when_one_does_not_load(cupy, device, toy):
    cupy.refused = "// ptx"
    GpuModel(replace(toy.bundle, ptx="// ptx"), device, H200)
    assert [call for call in cupy.calls if call.startswith("load")] == [
        "load kernels.ptx",
        "load code",
    ]
    cupy.refused = ""
    with pytest.raises(
        ConvoptError, match=r"'model' does not load on Fake GPU: cuda: does not load$"
    ):
        GpuModel(toy.bundle, device, H200)


def test_order_with_other_streams(cupy, device):
    with device.current():
        device.wait_for(77)
        device.hold(77)
    assert cupy.calls == ["record 9 on 77", "5 waits for 9", "record 9 on 5", "77 waits 9"]


def test_profile(device, toy):
    profile = GpuModel(toy.bundle, device, H200).profile(toy.x, toy.z, repeat=2)
    assert [row.milliseconds for row in profile.rows] == [0.25, 0.25]  # 2.5 ms for ten launches


def test_capturing_ends_when_something_fails(cupy, device):
    def work():
        raise KeyError("mistake")

    with device.current(), pytest.raises(KeyError):
        device.capture(work)
    assert cupy.graph is None


def test_too_little_memory(cupy, device, toy):
    cupy.limit = 100
    with pytest.raises(ConvoptError, match="Fake GPU: out of memory"):
        GpuModel(toy.bundle, device, H200)


def test_cupy_is_found(cupy, machine, h200, monkeypatch):
    monkeypatch.setattr("convopt.gpu.find_device._has", lambda name: name == "cupy")
    machine(h200)
    assert find_device().name == "Fake GPU"
