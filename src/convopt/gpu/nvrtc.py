"""CUDA text to machine code on the machine that runs it, by NVIDIA's run-time compiler."""

from typing import Any

from convopt.errors import ConvoptError


def nvrtc_version() -> str | None:
    """As "12.9"; None where NVRTC, or cuda-python that calls it, is not installed."""
    try:
        from cuda.bindings import nvrtc

        _, major, minor = nvrtc.nvrtcVersion()
    except (ImportError, RuntimeError):  # the second for the library alone
        return None
    return f"{major}.{minor}"


def compile_with_nvrtc(cuda: str, compute_capability: str) -> bytes:
    """A cubin for GPUs of a compute capability such as "9.0".

    Raises ConvoptError where NVRTC is not installed, and with its first error.
    """
    from cuda.bindings import nvrtc

    options = [f"--gpu-architecture=sm_{compute_capability.replace('.', '')}", "--std=c++17"]
    try:
        program = _call(nvrtc, "nvrtcCreateProgram", cuda.encode(), b"network.cu", 0, [], [])
    except RuntimeError as error:  # what cuda-python raises when it does not find the library
        raise ConvoptError(
            "expected NVRTC to compile CUDA text here, found none: pip install 'cuda-python[all]'"
        ) from error
    try:
        words = [option.encode() for option in options]
        (status,) = nvrtc.nvrtcCompileProgram(program, len(words), words)
        if status != nvrtc.nvrtcResult.NVRTC_SUCCESS:
            raise ConvoptError(f"NVRTC: {_first_error(_bytes(nvrtc, program, 'ProgramLog'))}")
        return _bytes(nvrtc, program, "CUBIN")
    finally:
        nvrtc.nvrtcDestroyProgram(program)


def _bytes(nvrtc: Any, program: Any, what: str) -> bytes:
    buffer = bytearray(_call(nvrtc, f"nvrtcGet{what}Size", program))
    _call(nvrtc, f"nvrtcGet{what}", program, buffer)
    return bytes(buffer)


def _call(nvrtc: Any, function: str, *arguments: Any) -> Any:
    status, *results = getattr(nvrtc, function)(*arguments)
    if status != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        raise ConvoptError(f"NVRTC: {function}: {status.name}")
    return results[0] if results else None


def _first_error(log: bytes) -> str:
    """The line that says what is wrong."""
    lines = log.rstrip(b"\0").decode(errors="replace").splitlines()
    return next((line for line in lines if "error" in line), "failed without a message")
