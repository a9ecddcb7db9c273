"""The functions that generated kernels call, as text that goes before the kernels."""

from importlib.resources import files


def cuda_prelude() -> str:
    """CUDA C++; its definitions are left out where CONVOPT_ON_CPU is defined."""
    return _text("prelude.cuh")


def opencl_prelude() -> str:
    """OpenCL C 1.2: the same functions but those of tensor cores; copies are plain."""
    return _text("prelude.cl")


def _text(name: str) -> str:
    return (files("convopt.backends.tvm") / name).read_text(encoding="utf-8")
