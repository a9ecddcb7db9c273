"""The target `cuda`: a GPU of this machine, through a CUDA driver that the tests make up."""

from dataclasses import replace

import pytest

from convopt.backends.targets import GpuTarget, cuda, load_target
from convopt.backends.targets.loading import _shipped_gpus
from convopt.errors import ConvoptError


def test_the_gpu_as_its_driver_describes_it(machine, h200):
    machine(h200)
    found, shipped = load_target("cuda"), load_target("h200")
    assert isinstance(found, GpuTarget)
    assert isinstance(shipped, GpuTarget)
    assert found.name == "cuda"
    assert found.frequency_ghz == pytest.approx(1.98)
    assert found.dram_gbs == pytest.approx(shipped.dram_gbs, rel=0.05)
    changes = {name: getattr(shipped, name) for name in ("name", "frequency_ghz", "dram_gbs")}
    assert replace(found, **changes) == shipped


def test_the_second_gpu(machine, h200):
    machine(h200, {**h200, 75: 7, 76: 5, 16: 22})
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


def test_the_newest_cuda_that_the_driver_knows(machine, h200):
    machine(h200)
    assert cuda.CudaDriver.open().version() == (12, 4)


@pytest.mark.parametrize(
    ("gpus", "fails", "name", "message"),
    [
        (0, 0, "cuda", "expected a machine with an NVIDIA GPU, found a CUDA driver alone"),
        (1, 100, "cuda", r"found a CUDA driver that does not start \(error 100\)"),
        (1, 0, "cuda:1", "expected one of the 1 GPUs of this machine, found cuda:1"),
        (1, 0, "cuda:x", "expected a GPU such as cuda or cuda:1, found cuda:x"),
    ],
)
def test_mistakes(machine, h200, gpus, fails, name, message):
    machine(*[h200] * gpus, fails=fails)
    with pytest.raises(ConvoptError, match=message):
        load_target(name)


def test_no_driver():
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    with pytest.raises(ConvoptError, match=r"found no CUDA driver \(.*cuda.*\)$"):
        cuda.CudaDriver.open(missing)
