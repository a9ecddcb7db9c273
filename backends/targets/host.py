"""The machine that convopt runs on, as a target."""

import platform
from functools import lru_cache
from pathlib import Path

from convopt.backends.targets.calibration import stored_calibration
from convopt.backends.targets.description import CpuTarget
from convopt.backends.targets.processor import processor_identity
from convopt.convdialect.errors import ConvoptError

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_FREQUENCY = Path("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
_DEFAULT_GHZ = 2.5
_DEFAULT_CACHES = {1: 32 * 1024, 2: 512 * 1024, 3: 0}
_UNITS = {"K": 1024, "M": 1024**2, "G": 1024**3}


@lru_cache(maxsize=1)
def host_target() -> CpuTarget:
    """The host by its features and cache sizes; never by its name, which is often misdetected.

    Clock and bandwidths are those that `convopt-bench calibrate` measured and kept for this user;
    until then the bandwidths are estimates from the clock. Raises ConvoptError for an architecture
    without code generator, and for an x86-64 CPU without AVX2 and FMA.
    """
    from llvmlite import binding

    features = dict(binding.get_host_cpu_features())
    flags = ",".join(f"{'+' if on else '-'}{name}" for name, on in sorted(features.items()))
    estimated = describe_host(
        platform.machine(),
        features,
        flags,
        binding.get_process_triple(),
        cache_sizes(_CACHES),
        _frequency_ghz(_FREQUENCY),
    )
    measured = stored_calibration(processor_identity(), estimated.lanes)
    return estimated if measured is None else measured.applied_to(estimated)


def describe_host(
    machine: str,
    features: dict[str, bool],
    flags: str,
    triple: str,
    caches: dict[int, int],
    frequency_ghz: float,
) -> CpuTarget:
    """A target from what is known of a machine; `features` by LLVM's names, `flags` as one text."""
    arch = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine.lower(), machine)
    if arch == "aarch64":
        cpu, lanes, registers, ports = "generic", 4, 32, 2
    elif arch != "x86_64":
        raise ConvoptError(f"target host: expected an x86-64 or AArch64 machine, found {machine}")
    elif features.get("avx512f") and features.get("avx512vl") and features.get("avx512dq"):
        cpu, lanes, registers, ports = "x86-64-v4", 16, 32, 2
    elif features.get("avx2") and features.get("fma"):
        cpu, lanes, registers, ports = "x86-64-v3", 8, 16, 2
    else:
        raise ConvoptError(
            "target host: expected an x86-64 CPU with AVX2 and FMA, found one without; "
            "name another target to compile for it"
        )
    l1_gbs = 2 * 4 * lanes * frequency_ghz  # two vectors a cycle
    return CpuTarget(
        name="host",
        arch=arch,
        triple=triple,
        cpu=cpu,
        features=flags,
        schedule_for="cortex-a72" if arch == "aarch64" else "",
        lanes=lanes,
        vector_registers=registers,
        fma_latency=4,
        fma_ports=ports,
        indexed_fma=arch == "aarch64",
        fma_reads_memory=arch == "x86_64",
        fma_broadcasts_memory=cpu == "x86-64-v4",
        prefetches=arch == "x86_64",
        waits_for_short_runs=arch == "x86_64",
        frequency_ghz=frequency_ghz,
        l1_bytes=caches[1],
        l2_bytes=caches[2],
        l3_bytes=caches[3],
        l1_gbs=l1_gbs,
        l2_gbs=l1_gbs / 3,
        l2_write_gbs=l1_gbs / 6,
        l3_gbs=l1_gbs / 10 if caches[3] else 0.0,
        l3_write_gbs=l1_gbs / 11 if caches[3] else 0.0,
        dram_gbs=10.0,
        dram_write_gbs=6.0,
    )


def cache_sizes(folder: Path) -> dict[int, int]:
    """Bytes of the data caches by level, from Linux's sysfs; defaults for what it does not say."""
    sizes = dict(_DEFAULT_CACHES)
    for index in sorted(folder.glob("index*")):
        try:
            level = int((index / "level").read_text())
            kind = (index / "type").read_text().strip()
            size = _bytes((index / "size").read_text().strip())
        except (OSError, ValueError):
            continue
        if kind in ("Data", "Unified") and level in sizes and size > 0:
            sizes[level] = size
    return sizes


def _bytes(text: str) -> int:
    """`48K` -> 49152."""
    return int(text[:-1]) * _UNITS[text[-1]] if text[-1:] in _UNITS else int(text)


def _frequency_ghz(file: Path) -> float:
    try:
        return int(file.read_text()) / 1e6
    except (OSError, ValueError):
        return _DEFAULT_GHZ
