"""The C++ harness around oneDNN, compiled once by the host's compiler and loaded with ctypes."""

import ctypes
import hashlib
import os
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.peers.packages import require_compiler, require_file
from convopt.benchmarks.peers.peer import MissingError
from convopt.cache import user_cache

_SOURCE = Path(__file__).parent / "onednn_harness.cpp"
_FLAGS = ("-std=c++17", "-O2", "-shared", "-fPIC")
_FLOATS = ctypes.c_void_p
_SIZES = (
    *("cin", "hin", "win", "cout", "hout", "wout", "kh", "kw"),
    *("stride_h", "stride_w", "pad_top", "pad_left", "pad_bottom", "pad_right"),
    *("dilation", "groups"),
)


class Geometry(ctypes.Structure):
    """The harness's struct of the same name."""

    _fields_ = [(name, ctypes.c_int64) for name in _SIZES]

    @staticmethod
    def of(layer: Layer) -> "Geometry":
        _, _, rows, columns = layer.output_shape
        derived = {"hout": rows, "wout": columns}
        return Geometry(*(derived.get(name) or getattr(layer, name) for name in _SIZES))


class Stage(ctypes.Structure):
    """The harness's struct of the same name; the arrays must outlive it."""

    _fields_ = [
        ("geometry", Geometry),
        ("ceiling", ctypes.c_float),
        ("weights", _FLOATS),
        ("bias", _FLOATS),
    ]


@cache
def load_harness() -> ctypes.CDLL:
    """The harness; raises MissingError without oneDNN or a C++ compiler."""
    library = require_file("onednn-cpu-gomp", "libdnnl.so.3")
    header = require_file("onednn-devel-cpu-gomp", "dnnl.h")
    harness = ctypes.CDLL(str(_compiled(library, header.parent)))
    harness.onednn_prepare.restype = ctypes.c_void_p
    harness.onednn_prepare.argtypes = [
        *(ctypes.POINTER(Stage), ctypes.c_int64, ctypes.c_int, _FLOATS),
        *(ctypes.c_int, ctypes.c_int, ctypes.c_int),
    ]
    harness.onednn_prepare_gradient.restype = ctypes.c_void_p
    harness.onednn_prepare_gradient.argtypes = [
        *(ctypes.POINTER(Geometry), ctypes.c_int, _FLOATS, _FLOATS, ctypes.c_int, ctypes.c_int),
    ]
    harness.onednn_run.argtypes = [ctypes.c_void_p, ctypes.c_int64]
    harness.onednn_result.argtypes = [ctypes.c_void_p, _FLOATS]
    harness.onednn_free.argtypes = [ctypes.c_void_p]
    harness.onednn_free.restype = None
    harness.onednn_error.restype = ctypes.c_char_p
    return harness


def _compiled(library: Path, headers: Path) -> Path:
    """The harness as a shared library in the user's cache folder."""
    compiler = require_compiler()
    parts = [compiler, *_FLAGS, str(library), metadata.version("onednn-devel-cpu-gomp")]
    digest = hashlib.sha256("\0".join(parts).encode() + _SOURCE.read_bytes()).hexdigest()
    target = user_cache().folder / f"onednn-{digest[:16]}.so"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    command = [compiler, *_FLAGS, f"-I{headers}", str(_SOURCE), str(library)]
    command += [f"-Wl,-rpath,{library.parent}", "-o", str(temporary)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        temporary.unlink(missing_ok=True)
        raise MissingError(f"{compiler} cannot compile the harness: {_first_error(done.stderr)}")
    temporary.replace(target)
    return target


def _first_error(messages: str) -> str:
    lines = messages.strip().splitlines()
    return next((line for line in lines if "error" in line), lines[-1] if lines else "no message")
