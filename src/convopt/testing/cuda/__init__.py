"""GPU kernels run and checked without a GPU."""

from convopt.testing.cuda.build import find_host_compiler
from convopt.testing.cuda.failures import KernelError
from convopt.testing.cuda.harness import HostKernels, Traffic, compile_for_cpu

__all__ = ["HostKernels", "KernelError", "Traffic", "compile_for_cpu", "find_host_compiler"]
