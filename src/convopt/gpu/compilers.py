"""What turns CUDA text into code that GPUs load: nvcc where there is one, else NVRTC."""

import os
from importlib.metadata import PackageNotFoundError, version

from convopt.gpu.nvrtc import compile_with_nvrtc, nvrtc_version


def machine_code(cuda: str, compute_capability: str) -> tuple[str, bytes | None]:
    """The text, as nvcc changes it so that nothing spills, and a cubin.

    None where neither is there, so that the text is compiled when it is loaded. Raises ConvoptError
    for text that does not compile.
    """
    from convopt.backends.tvm.nvcc import assembled, find_nvcc

    if find_nvcc() is not None:
        return assembled(cuda, compute_capability)
    if nvrtc_version() is not None:
        return cuda, compile_with_nvrtc(cuda, compute_capability)
    return cuda, None


def compilers() -> tuple[str, ...]:
    """Which compilers take part, for the keys of what is kept."""
    from convopt.backends.tvm.nvcc import find_nvcc

    try:
        tvm = version("apache-tvm")
    except PackageNotFoundError:
        tvm = "none"
    nvcc = find_nvcc()
    if nvcc is None:
        return f"tvm {tvm}", f"nvrtc {nvrtc_version()}"
    status = os.stat(nvcc)
    return f"tvm {tvm}", f"{nvcc} {status.st_size} {status.st_mtime_ns}"
