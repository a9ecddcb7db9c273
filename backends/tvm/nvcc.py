"""CUDA text to PTX and machine code by NVIDIA's compiler, and what its kernels take of a GPU.

Never with --use_fast_math: divisions and square roots would lose accuracy, and denormals.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from convopt.convdialect.errors import ConvoptError

_CAPABILITY = re.compile(r"(\d+)\.(\d)")
_ENTRY = re.compile(r"Compiling entry function '(\w+)'")
_STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
_REGISTERS = re.compile(r"Used (\d+) registers")
_SHARED = re.compile(r"(\d+) bytes smem")
_ERRORS_SHOWN = 8
_WITH_REPORT = ("-cubin", "-Xptxas", "-v")


@dataclass(frozen=True)
class KernelResources:
    """What a thread takes (registers of 4 bytes; spill stores and loads; stack) and a block.

    `shared_bytes` is static shared memory; what a launch asks for beyond it is not known here.
    """

    registers: int
    spill_bytes: int
    stack_bytes: int
    shared_bytes: int


def find_nvcc() -> str | None:
    """nvcc on the PATH or in the bin folder of CUDA_HOME or CUDA_PATH; None without."""
    homes = [home for name in ("CUDA_HOME", "CUDA_PATH") if (home := os.environ.get(name))]
    search = os.pathsep.join([os.environ.get("PATH", ""), *(f"{home}/bin" for home in homes)])
    return shutil.which("nvcc", path=search)


def compile_ptx(cuda_text: str, compute_capability: str) -> str:
    """PTX for GPUs of a compute capability ("8.7") and later ones.

    Raises ConvoptError without nvcc, for a capability that it does not know, and for text that it
    refuses; so do the other functions here.
    """
    return _compile(cuda_text, compute_capability, "-ptx").decode()


def compile_cubin(cuda_text: str, compute_capability: str) -> bytes:
    """Machine code for GPUs of this compute capability (or a later minor one), see `assembled`."""
    return assembled(cuda_text, compute_capability)[1]


def assembled(cuda_text: str, compute_capability: str) -> tuple[str, bytes]:
    """The text and its machine code, in which no kernel keeps values on the stack that fit
    registers.

    Some kernels spill a few bytes although there are registers left: the assembler saves them so
    that one block more is resident. In the text that is returned these ask for one block alone.
    """
    code, report = _run_nvcc(cuda_text, compute_capability, *_WITH_REPORT)
    spilling = [name for name, taken in _reported(report).items() if taken.spill_bytes]
    if not spilling:
        return cuda_text, code
    names = "|".join(map(re.escape, spilling))
    bounds = re.compile(rf"__launch_bounds__\((\d+)\)(?= (?:{names})\()")
    text = bounds.sub(r"__launch_bounds__(\1, 1)", cuda_text)
    return text, _compile(text, compute_capability, "-cubin")


def resources(cuda_text: str, compute_capability: str) -> dict[str, KernelResources]:
    """What the assembler reports of each kernel, by its name."""
    return _reported(_run_nvcc(cuda_text, compute_capability, *_WITH_REPORT)[1])


def _reported(report: str) -> dict[str, KernelResources]:
    found = {}
    for part in report.split("Compiling entry function")[1:]:
        name = _ENTRY.match(f"Compiling entry function{part}")
        registers, stack = _REGISTERS.search(part), _STACK.search(part)
        if name is None or registers is None or stack is None:
            raise ConvoptError(f"nvcc: expected a report of ptxas, found: {part.strip()[:200]}")
        frame, stores, loads = map(int, stack.groups())
        shared = _SHARED.search(part)
        found[name[1]] = KernelResources(
            int(registers[1]), stores + loads, frame, int(shared[1]) if shared else 0
        )
    return found


def _compile(cuda_text: str, compute_capability: str, kind: str) -> bytes:
    return _run_nvcc(cuda_text, compute_capability, kind)[0]


def _run_nvcc(cuda_text: str, compute_capability: str, *options: str) -> tuple[bytes, str]:
    """What nvcc made, and what it said."""
    nvcc = find_nvcc()
    if nvcc is None:
        raise ConvoptError(
            "expected nvcc of NVIDIA's CUDA toolkit on the PATH or in CUDA_HOME/bin, found none"
        )
    architecture = _architecture(nvcc, compute_capability)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "kernels.cu"), Path(folder, "kernels.out")
        source.write_text(cuda_text, encoding="utf-8")
        command = [nvcc, "-arch", architecture, "-O3", *options, "-o", str(target), source.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode:
            errors = [line for line in said.splitlines() if "error" in line or "fatal" in line]
            shown = "; ".join(errors[:_ERRORS_SHOWN]) or said.strip()
            raise ConvoptError(f"nvcc refuses the CUDA text for {architecture}: {shown}")
        return target.read_bytes(), said


def _architecture(nvcc: str, compute_capability: str) -> str:
    number = _CAPABILITY.fullmatch(compute_capability)
    known = _known_architectures(nvcc)
    architecture = f"sm_{number[1]}{number[2]}" if number else ""
    if architecture not in known:
        capabilities = ", ".join(f"{each[3:-1]}.{each[-1]}" for each in known)
        raise ConvoptError(
            f"expected a compute capability that {nvcc} knows ({capabilities}), "
            f"found {compute_capability!r}"
        )
    return architecture


@cache
def _known_architectures(nvcc: str) -> tuple[str, ...]:
    command = [nvcc, "--list-gpu-code"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return tuple(dict.fromkeys(re.findall(r"\bsm_\d+\b", listed)))
