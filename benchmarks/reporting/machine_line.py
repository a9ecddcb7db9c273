"""The machine that results are of."""

import platform
from collections.abc import Mapping, Sequence
from typing import Any

from convopt.backends.targets import CpuTarget
from convopt.backends.targets.processor import processor_name
from convopt.benchmarks.limits.machine import Limits


def machine_facts(
    target: CpuTarget, limits: Limits, cores: Sequence[int], versions: Mapping[str, str]
) -> dict[str, Any]:
    """What a file of results says of the machine; bandwidths in GB/s, sizes in bytes."""
    return {
        "processor": processor_name(),
        "architecture": platform.machine(),
        "cores": list(cores),
        "target": target.name,
        "lanes": limits.lanes,
        "peak_gflops": limits.peak_gflops,
        "levels": [vars(level) for level in limits.levels],
        "python": platform.python_version(),
        "versions": dict(versions),
    }


def machine_lines(facts: Mapping[str, Any]) -> list[str]:
    """The same in words."""
    cores = ", ".join(f"core {core}" for core in facts["cores"]) or "not pinned"
    versions = [f"{name} {version}" for name, version in facts["versions"].items()]
    levels = "; ".join(
        f"{level['name']}{_size(level['bytes'])} {level['read_gbs']:.0f} / "
        f"{level['write_gbs']:.0f} / {level['copy_gbs']:.0f}"
        for level in facts["levels"]
    )
    return [
        ", ".join([facts["processor"], cores, f"code for {facts['target']}", *versions]),
        f"limits of one core: {facts['peak_gflops']:.0f} GFLOP/s with {facts['lanes']} lanes; "
        f"GB/s reading / writing / copying: {levels}",
    ]


def _size(size: int) -> str:
    if not size:
        return ""
    return f" ({size >> 20} MiB)" if size >= 1 << 20 else f" ({size >> 10} KiB)"
