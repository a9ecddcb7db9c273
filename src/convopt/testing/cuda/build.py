"""CUDA text to a shared library of the host, with the harness that runs it."""

import hashlib
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from convopt.errors import ConvoptError

TEXT_NAME = "kernels.cu"
COMPILERS = ("g++", "clang++", "c++")
_HERE = Path(__file__).parent
_HARNESS = ("scheduler.cpp", "copies.cpp", "tensor_cores.cpp")
_CHECKS = "checks.cpp"
_EMPTY_HEADERS = ("cuda.h", "cuda_fp16.h", "cuda_bf16.h", "sm_61_intrinsics.h")
"""Included by the text; what it needs of them is in cuda_on_cpu.h."""
_FLAGS = (
    "-std=c++17",
    "-O2",
    "-march=native",
    "-g1",  # lines, for messages
    "-fPIC",
    "-fno-exceptions",
    "-fno-strict-aliasing",  # CUDA text reads floats as ints
    "-fno-math-errno",
    "-U_FORTIFY_SOURCE",
    "-w",
)
_UNINITIALIZED = "-ftrivial-auto-var-init=pattern"
_EXTERN_SHARED = re.compile(r"\bextern\s+__shared__\s[^;]*?(\w+)\s*\[\s*\]\s*;")
_SHARED = re.compile(r"\b__shared__\b")
_SHARED_OFFSET = 1 << 16  # kSharedOffset of runtime.h


@cache
def find_host_compiler() -> str | None:
    """The first C++ compiler on the PATH, or None."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


@cache
def build_library(cuda_text: str, checked: bool) -> Path:
    """The text and the harness as a shared library, which lives as long as this process.

    `checked`: every memory access of the text is checked.

    Raises ConvoptError without a C++ compiler, for text that it refuses, and for static shared
    memory.
    """
    shared_names = _shared_names(cuda_text)
    folder = _folder() / hashlib.sha256(f"{checked}{cuda_text}".encode()).hexdigest()[:16]
    folder.mkdir()
    (folder / TEXT_NAME).write_text(cuda_text, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        harness = pool.submit(_harness_objects, checked)
        kernels = pool.submit(_compile_text, folder, checked)
        objects = [*harness.result(), kernels.result()]
    library = folder / "kernels.so"
    names = [f"-Wl,--defsym,{n}=convopt_shared_area+{_SHARED_OFFSET}" for n in shared_names]
    _run("-shared", "-Wl,-Bsymbolic", *names, *map(str, objects), "-o", str(library), "-lm")
    return library


def _shared_names(cuda_text: str) -> list[str]:
    names = _EXTERN_SHARED.findall(cuda_text)
    if len(names) != len(_SHARED.findall(cuda_text)):
        raise ConvoptError(
            "CUDA text on the CPU: expected shared memory as `extern __shared__ TYPE NAME[];`, "
            "found a __shared__ declaration of another form"
        )
    return sorted(set(names))


def _compile_text(folder: Path, checked: bool) -> Path:
    target = folder / "kernels.o"
    extra = ["-fsanitize=thread"] if checked else []
    if _takes(_UNINITIALIZED):
        extra.append(_UNINITIALIZED)
    _run(
        *_FLAGS,
        *extra,
        *("-I", str(_folder()), "-I", str(_HERE), "-include", "cuda_on_cpu.h"),
        *("-x", "c++", "-c", TEXT_NAME, "-o", str(target)),
        folder=folder,
    )
    return target


@cache
def _harness_objects(checked: bool) -> list[Path]:
    sources = (*_HARNESS, _CHECKS) if checked else _HARNESS
    objects = []
    for source in sources:
        target = _folder() / f"{source}.{'checked' if checked else 'plain'}.o"
        define = ["-DCONVOPT_CHECKED"] if checked else []
        _run(*_FLAGS, *define, "-c", str(_HERE / source), "-o", str(target))
        objects.append(target)
    return objects


@cache
def _takes(flag: str) -> bool:
    compiler = find_host_compiler()
    command = [compiler or "c++", flag, "-x", "c++", "-E", "/dev/null"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(*arguments: str, folder: Path | None = None) -> None:
    compiler = find_host_compiler()
    if compiler is None:
        raise ConvoptError(
            f"CUDA text on the CPU: expected a C++ compiler ({', '.join(COMPILERS)}) on the PATH, "
            "found none"
        )
    done = subprocess.run(
        [compiler, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        found = "\n".join(errors[:8]) or done.stderr[-2000:]
        raise ConvoptError(f"CUDA text on the CPU: {Path(compiler).name} refuses it: {found}")


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="convopt-cuda-on-cpu-")


def _folder() -> Path:
    folder = Path(_temporary().name)
    for name in _EMPTY_HEADERS:
        (folder / name).touch()
    return folder
