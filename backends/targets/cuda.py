"""The GPU of this machine as a target: what the CUDA driver says of it.

The driver's library is called directly, so that a target needs no package beside it.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from convopt.backends.targets.description import GpuTarget
from convopt.convdialect.errors import ConvoptError

CUDA = "cuda"
"""The target's name: this machine's first GPU; `cuda:1` is the second."""

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"

# CUdevice_attribute of cuda.h.
_CLOCK_KHZ = 13
_MULTIPROCESSORS = 16
_MEMORY_CLOCK_KHZ = 36
_MEMORY_BUS_BITS = 37
_L2_BYTES = 38
_THREADS_PER_SM = 39
_MAJOR = 75
_MINOR = 76
_SHARED_BYTES_PER_SM = 81
_REGISTERS_PER_SM = 82
_SHARED_BYTES_PER_BLOCK = 97
_BLOCKS_PER_SM = 106

_64_CORES = ((6, 0), (7, 0), (7, 2), (7, 5), (8, 0))
"""Compute capabilities whose multiprocessors start 64 fp32 multiply-adds a cycle; the others that
this compiler meets start 128. CUDA C++ Programming Guide, throughput of arithmetic instructions."""

Load = Callable[[str], Any]


@dataclass(frozen=True)
class CudaDriver:
    """The driver's C interface; every call that fails is a ConvoptError."""

    library: Any

    @staticmethod
    def open(load: Load = ctypes.CDLL) -> "CudaDriver":
        """Raises ConvoptError where there is no driver, and where it finds no GPU."""
        try:
            driver = CudaDriver(load(_LIBRARY))
        except OSError:
            raise ConvoptError(
                f"expected a machine with an NVIDIA GPU, found no CUDA driver ({_LIBRARY})"
            ) from None
        code = driver.library.cuInit(0)
        if code:
            raise ConvoptError(
                "expected a machine with an NVIDIA GPU, found a CUDA driver that does not start "
                f"(error {code})"
            )
        if not driver.devices():
            raise ConvoptError("expected a machine with an NVIDIA GPU, found a CUDA driver alone")
        return driver

    def version(self) -> tuple[int, int]:
        """The newest CUDA that the driver knows, as (12, 4)."""
        number = self._number("cuDriverGetVersion")
        return number // 1000, number % 1000 // 10

    def devices(self) -> int:
        return self._number("cuDeviceGetCount")

    def attribute(self, ordinal: int, attribute: int) -> int:
        """A CUdevice_attribute of the GPU; 0 where the driver does not tell."""
        device = self._number("cuDeviceGet", ordinal)
        value = ctypes.c_int()
        failed = self.library.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        return 0 if failed else value.value

    def _number(self, function: str, *arguments: int) -> int:
        value = ctypes.c_int()
        code = getattr(self.library, function)(ctypes.byref(value), *arguments)
        if code:
            raise ConvoptError(f"CUDA driver: {function}: error {code}")
        return value.value


def is_cuda(name: str) -> bool:
    """Whether a target's name means a GPU of this machine."""
    return name == CUDA or name.startswith(f"{CUDA}:")


def cuda_ordinal(name: str) -> int:
    """0 for `cuda`, 1 for `cuda:1`. Raises ConvoptError for `cuda:x`."""
    number = name.removeprefix(CUDA).removeprefix(":") or "0"
    if not number.isdecimal():
        raise ConvoptError(f"expected a GPU such as cuda or cuda:1, found {name}")
    return int(number)


def cuda_target(name: str, shipped: Sequence[GpuTarget]) -> GpuTarget:
    """The GPU of that name. What the driver does not tell is that of the `shipped` target whose
    compute capability is nearest.

    Raises ConvoptError where there is no such GPU.
    """
    ordinal = cuda_ordinal(name)
    driver = CudaDriver.open()
    if ordinal >= driver.devices():
        raise ConvoptError(
            f"expected one of the {driver.devices()} GPUs of this machine, found {name}"
        )
    return describe_gpu(name, lambda attribute: driver.attribute(ordinal, attribute), shipped)


def describe_gpu(
    name: str, attribute: Callable[[int], int], shipped: Sequence[GpuTarget]
) -> GpuTarget:
    """A target from the attributes of a GPU; 0 is an attribute that the driver does not tell.

    Latencies are those of the nearest target, and what L2 gives to a multiprocessor in a cycle.
    """
    major, minor = attribute(_MAJOR), attribute(_MINOR)
    near = min(shipped, key=lambda one: _distance(one, major, minor))
    shared_bytes = attribute(_SHARED_BYTES_PER_SM) or near.shared_bytes_per_sm
    # The clock of the memory is that of double data rate: two transfers a cycle.
    gbs = 2e-6 * attribute(_MEMORY_CLOCK_KHZ) * attribute(_MEMORY_BUS_BITS) / 8
    sms = attribute(_MULTIPROCESSORS) or near.sms
    frequency_ghz = 1e-6 * attribute(_CLOCK_KHZ) or near.frequency_ghz
    return GpuTarget(
        name=name,
        compute_capability=f"{major}.{minor}",
        sms=sms,
        cores_per_sm=64 if (major, minor) in _64_CORES else 128,
        threads_per_sm=attribute(_THREADS_PER_SM) or near.threads_per_sm,
        blocks_per_sm=attribute(_BLOCKS_PER_SM) or near.blocks_per_sm,
        registers_per_sm=attribute(_REGISTERS_PER_SM) or near.registers_per_sm,
        shared_bytes_per_sm=shared_bytes,
        shared_bytes_per_block=attribute(_SHARED_BYTES_PER_BLOCK) or near.shared_bytes_per_block,
        l1_bytes_per_sm=max(near.l1_bytes_per_sm, shared_bytes),
        shared_bytes_per_cycle=near.shared_bytes_per_cycle,
        shared_latency=near.shared_latency,
        frequency_ghz=frequency_ghz,
        l2_bytes=attribute(_L2_BYTES) or near.l2_bytes,
        l2_gbs=near.l2_gbs * sms * frequency_ghz / (near.sms * near.frequency_ghz),
        l2_latency=near.l2_latency,
        dram_gbs=gbs or near.dram_gbs,
        dram_latency=near.dram_latency,
        launch_us=near.launch_us,
        matrix_cycles=near.matrix_cycles,
    )


def _distance(target: GpuTarget, major: int, minor: int) -> tuple[int, int]:
    """Generations differ more than the members of one."""
    one, other = map(int, target.compute_capability.split("."))
    return abs(one - major), abs(other - minor)
