"""The GPU that a network runs on, by whichever package is there to talk to it."""

from importlib.util import find_spec

from convopt.backends.targets import GpuTarget
from convopt.backends.targets.cuda import CudaDriver, cuda_ordinal, is_cuda
from convopt.errors import ConvoptError
from convopt.gpu.device import Device, check_capability


def device_for(target: GpuTarget, name: str) -> Device:
    """The GPU that runs code for a target of that name. Raises ConvoptError if there is none."""
    device = find_device(cuda_ordinal(name) if is_cuda(name) else 0)
    check_capability(device, target.compute_capability, name)
    return device


def find_device(ordinal: int = 0) -> Device:
    """A GPU of this machine. Raises ConvoptError where there is none, or no package to use it."""
    driver = CudaDriver.open()
    if not 0 <= ordinal < driver.devices():
        raise ConvoptError(
            f"expected one of the {driver.devices()} GPUs of this machine, found cuda:{ordinal}"
        )
    if _has("cuda.bindings"):
        from convopt.gpu.driver_device import DriverDevice

        return DriverDevice(ordinal)
    if _has("cupy"):
        from convopt.gpu.cupy_device import CupyDevice

        return CupyDevice(ordinal)
    major = driver.version()[0]
    raise ConvoptError(
        "expected cuda-python or cupy to run on the GPU, found neither: "
        f"pip install 'cuda-python=={major}.*' (or cupy-cuda{major}x)"
    )


def _has(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a package above it
        return False
