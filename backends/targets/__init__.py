"""Descriptions of the machines that convopt compiles for."""

from convopt.backends.targets.description import CpuTarget, GpuTarget, Target
from convopt.backends.targets.loading import cpu_target, gpu_target, load_target, target_names

__all__ = [
    "CpuTarget",
    "GpuTarget",
    "Target",
    "cpu_target",
    "gpu_target",
    "load_target",
    "target_names",
]
