"""What can go wrong in a kernel on the CPU, in words."""

import ctypes
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convopt.testing.cuda.build import TEXT_NAME


class KernelError(Exception):
    """A kernel did what CUDA does not define; says what, which thread and at which line."""


class FailureRecord(ctypes.Structure):
    """`Failure` of runtime.h."""

    _fields_ = [
        ("kind", ctypes.c_int),
        ("line", ctypes.c_int),
        ("other_line", ctypes.c_int),
        ("thread", ctypes.c_uint * 3),
        ("other_thread", ctypes.c_uint * 3),
        ("block", ctypes.c_uint * 3),
        ("address", ctypes.c_uint64),
        ("place", ctypes.c_uint64),
    ]


@dataclass(frozen=True)
class Region:
    """Memory that messages name."""

    name: str
    address: int
    size: int


_DIVERGENT_BARRIER = 1
_MESSAGES = {
    2: "a tensor-core product that not all 32 lanes of the warp arrive at",
    3: "ends with an asynchronous copy that it never waited for",
    4: "a copy with a misaligned address, {where}",
    5: "an access outside of shared memory, {where}",
    6: "an access outside of its buffers, {where}",
    7: "an access outside of its buffers, {where}",
    8: "a race in shared memory with {other}, {where}",
    9: "an access to what an asynchronous copy is still writing, {where}",
    10: "a race in global memory with another thread, {where}",
}
"""By `FailureKind` of runtime.h."""


def describe(record: FailureRecord, regions: Sequence[Region], library: Path) -> str:
    """One line: thread, block, what, where."""
    line = _line_of(record.place, library) or record.line
    who = f"thread {_index(record.thread)} of block {_index(record.block)}"
    at = f" at line {line}" if line else ""
    if record.kind == _DIVERGENT_BARRIER:
        other = f"thread {_index(record.other_thread)}"
        does = f"waits at that of line {record.other_line}" if record.other_line else "has ended"
        return f"{who}{at}: a divergent barrier: {other} {does}"
    same = _index(record.other_thread) == _index(record.thread)
    other = "several threads" if same else f"thread {_index(record.other_thread)}"
    what = _MESSAGES[record.kind].format(where=_where(record.address, regions), other=other)
    return f"{who}{at}: {what}"


def _index(values: Sequence[int]) -> str:
    return "({},{},{})".format(*values)


def _where(address: int, regions: Sequence[Region]) -> str:
    if not address:
        return "at an address unknown"
    for region in regions:
        if region.address <= address < region.address + region.size:
            return f"at byte {address - region.address} of {region.name}"
    nearest = min(regions, key=lambda region: _distance(address, region))
    if address < nearest.address:
        return f"{nearest.address - address} bytes before {nearest.name}"
    behind = address - nearest.address - nearest.size
    return f"at byte {behind} behind the end of {nearest.name}"


def _distance(address: int, region: Region) -> int:
    return max(region.address - address, address - region.address - region.size)


def _line_of(place: int, library: Path) -> int:
    """The line of the CUDA text that an instruction comes from, 0 where that is unknown."""
    tool = shutil.which("addr2line")
    if not place or tool is None:
        return 0
    done = subprocess.run(
        [tool, "-e", str(library), hex(place - 1)], capture_output=True, text=True, check=False
    )
    found = re.search(rf"{re.escape(TEXT_NAME)}:(\d+)", done.stdout)
    return int(found[1]) if found else 0
