"""Loading compiled code into a process whose address space is full of holes."""

import subprocess
import sys

import pytest

CODE_AND_CONSTANTS_IN_DIFFERENT_HOLES = """
import ctypes
import mmap

import numpy as np

from convopt.backends.llvm import emit_object
from convopt.backends.llvm.jit import load
from convopt.backends.targets import cpu_target

host = cpu_target("host")
constants = ", ".join(f"float {number}.0" for number in range(65536))
code = emit_object(f'''target triple = "{host.triple}"
@table = private unnamed_addr constant [65536 x float] [{constants}]
define void @look_up(ptr %out, i64 %number) {{
  %place = getelementptr float, ptr @table, i64 %number
  %value = load float, ptr %place
  store float %value, ptr %out
  ret void
}}
''', host)
load(code, host)  # whatever is imported or allocated for it lies in its place

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
reserve = lambda size: libc.mmap(None, size, 0, flags, -1, 0)
wall = reserve(4 << 30)  # without access, hence without memory
while reserve(1 << 16) > wall:  # the code finds a hole above the wall, the constants find none
    pass

out = np.zeros(1, np.float32)
load(code, host).function("look_up", 1, 1)(out.ctypes.data, 777)
print(out[0])
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="fills holes in the way that Linux looks for them"
)
def test_code_and_its_constants_lie_together() -> None:
    """In a process with gigabytes mapped, a section at a time would not."""
    command = [sys.executable, "-c", CODE_AND_CONSTANTS_IN_DIFFERENT_HOLES]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "777.0\n"
