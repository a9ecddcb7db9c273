"""The target `cuda`: a GPU of this machine, through a CUDA driver that the tests make up."""

from dataclasses import replace

import pytest

from convopt.backends.targets import GpuTarget, cuda, load_target
from convopt.backends.targets.loading import _shipped_gpus
from convopt.errors import ConvoptError

H200 = {75: 9, 76: 0, 16: 132, 13: 1_980_000, 36: 3_201_000, 37: 6144, 38: 52_428_800, 39: 2048,
        81: 233_472, 82: 65_536, 97: 232_448}  # fmt: skip


class Library:
    """libcuda: answers by attribute, for each GPU."""

    def __init__(self, *gpus, fails=0):
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


@pytest.fixture
def machine(monkeypatch):
    """Makes this a machine with some GPUs."""
    real = cuda.CudaDriver.open

    def install(*gpus, fails=0):
        library = Library(*gpus, fails=fails)
        monkeypatch.setattr(cuda.CudaDriver, "open", lambda: real(lambda name: library))
        load_target.cache_clear()

    yield install
    load_target.cache_clear()


def test_the_gpu_as_its_driver_describes_it(machine):
    machine(H200)
    found, shipped = load_target("cuda"), load_target("h200")
    assert isinstance(found, GpuTarget)
    assert isinstance(shipped, GpuTarget)
    assert found.name == "cuda"
    assert found.frequency_ghz == pytest.approx(1.98)
    assert found.dram_gbs == pytest.approx(shipped.dram_gbs, rel=0.05)
    changes = {name: getattr(shipped, name) for name in ("name", "frequency_ghz", "dram_gbs")}
    assert replace(found, **changes) == shipped


def test_the_second_gpu(machine):
    machine(H200, {**H200, 75: 7, 76: 5, 16: 22})
    second = load_target("cuda:1")
    assert isinstance(second, GpuTarget)
    assert (second.name, second.compute_capability, second.sms) == ("cuda:1", "7.5", 22)
    assert second.cores_per_sm == 64


def test_what_the_driver_does_not_tell_is_that_of_the_nearest_shipped_target():
    told = {75: 8, 76: 9, 16: 58}
    found = cuda.describe_gpu("cuda", lambda attribute: told.get(attribute, 0), _shipped_gpus())
    near = load_target("jetson-orin")  # 8.7; the A4000 has 8.6
    assert isinstance(near, GpuTarget)
    assert (found.compute_capability, found.sms) == ("8.9", 58)
    assert (found.dram_gbs, found.l2_bytes) == (near.dram_gbs, near.l2_bytes)


def test_the_newest_cuda_that_the_driver_knows():
    assert cuda.CudaDriver(Library(H200)).version() == (12, 4)


@pytest.mark.parametrize(
    ("gpus", "fails", "name", "message"),
    [
        ([], 0, "cuda", "expected a machine with an NVIDIA GPU, found a CUDA driver alone"),
        ([H200], 100, "cuda", r"found a CUDA driver that does not start \(error 100\)"),
        ([H200], 0, "cuda:1", "expected one of the 1 GPUs of this machine, found cuda:1"),
        ([H200], 0, "cuda:x", "expected a GPU such as cuda or cuda:1, found cuda:x"),
    ],
)
def test_mistakes(machine, gpus, fails, name, message):
    machine(*gpus, fails=fails)
    with pytest.raises(ConvoptError, match=message):
        load_target(name)


def test_no_driver():
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    with pytest.raises(ConvoptError, match=r"found no CUDA driver \(.*cuda.*\)$"):
        cuda.CudaDriver.open(missing)
