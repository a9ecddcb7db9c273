"""The machine in words that results need: what it is, and how its clock is governed."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from convopt.backends.targets.host import host_target
from convopt.backends.targets.processor import processor_identity, processor_name

PACKAGES = ("convopt", "onnxruntime", "ncnn", "numpy", "llvmlite")

_CPUS = Path("/sys/devices/system/cpu")
_MODEL = Path("/proc/device-tree/model")
_FREQUENCY = ("scaling_governor", "scaling_min_freq", "scaling_max_freq")


def describe_board(cpus: Path = _CPUS, model: Path = _MODEL) -> dict[str, Any]:
    """Processor, caches, clock, memory, system and versions; None for what Linux does not say.

    Sizes in bytes, frequencies in kHz as Linux has them.
    """
    target = host_target()
    return {
        "board": _text(model),
        "processor": processor_name(),
        "identity": processor_identity(),
        "architecture": platform.machine(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "cache_bytes": [target.l1_bytes, target.l2_bytes, target.l3_bytes],
        "lanes": target.lanes,
        "clocks": {
            core.name: {name: _text(core / "cpufreq" / name) for name in _FREQUENCY}
            for core in sorted(cpus.glob("cpu[0-9]*"))
        },
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _text(file: Path) -> str | None:
    try:
        return file.read_text(errors="replace").strip("\0\n ")
    except OSError:
        return None


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
