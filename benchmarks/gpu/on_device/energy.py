"""Energy and clocks from NVML through ctypes. Names and numbers are those of nvml.h."""

import ctypes
import time
from collections.abc import Callable
from typing import Any

import torch

_SM_CLOCK, _MEMORY_CLOCK = 1, 2
_VERSION_BYTES = 80
_SECONDS = 0.4
"""A measurement's length: the counter moves every some ten milliseconds."""


class Meter:
    """`library`: libnvidia-ml, or what stands for it in tests. What cannot be read is None."""

    def __init__(self, library: Any = None, index: int = 0):
        self._device = ctypes.c_void_p()
        self._library: Any = None
        try:
            self._library = library or ctypes.CDLL("libnvidia-ml.so.1")
        except OSError:
            return
        found = (
            self._library.nvmlInit_v2(),
            self._library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(self._device)),
        )
        if any(found):
            self._library = None

    def millijoules(self) -> int | None:
        """Used since the driver was loaded."""
        return self._read("nvmlDeviceGetTotalEnergyConsumption", ctypes.c_ulonglong())

    def clocks(self) -> tuple[int | None, int | None]:
        """Of multiprocessors and memory, in MHz, now."""
        name = "nvmlDeviceGetClockInfo"
        return (
            self._read(name, ctypes.c_uint(), _SM_CLOCK),
            self._read(name, ctypes.c_uint(), _MEMORY_CLOCK),
        )

    def driver_version(self) -> str | None:
        """As "570.86.15"."""
        text = ctypes.create_string_buffer(_VERSION_BYTES)
        if self._library is None or self._library.nvmlSystemGetDriverVersion(text, _VERSION_BYTES):
            return None
        return text.value.decode()

    def _read(self, name: str, value: Any, *arguments: int) -> int | None:
        if self._library is None:
            return None
        status = getattr(self._library, name)(self._device, *arguments, ctypes.byref(value))
        return None if status else int(value.value)


def microjoules_of(meter: Meter, replay: Callable[[], Any], calls: int) -> float | None:
    """Of one call; `replay` starts `calls` of them. The machine's idle power is in it."""
    replay()
    torch.cuda.synchronize()
    begin, started = meter.millijoules(), time.perf_counter()
    replays = 0
    while time.perf_counter() - started < _SECONDS:
        for _ in range(10):
            replay()
        torch.cuda.synchronize()
        replays += 10
    end = meter.millijoules()
    if begin is None or end is None:
        return None
    return 1e3 * (end - begin) / (replays * calls)
