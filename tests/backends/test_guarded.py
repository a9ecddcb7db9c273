"""Arrays between guard pages: one byte outside ends the process."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from convopt.testing.guarded import guarded_array, guarded_copy

TOUCH = """
import ctypes, sys
from convopt.testing.guarded import guarded_array
array = guarded_array([{count}], side="{side}")
array[:] = 1
address = array.ctypes.data + {offset}
print("alive", flush=True)
ctypes.c_char.from_address(address).value
print("read", flush=True)
"""


def touch(side: str, count: int, offset: int) -> subprocess.CompletedProcess[str]:
    code = TOUCH.format(side=side, count=count, offset=offset)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("count", [5, 1024, 1025])
def test_the_byte_next_to_the_array_is_guarded(count: int) -> None:
    for side, inside, outside in (("end", 4 * count - 1, 4 * count), ("start", 0, -1)):
        assert touch(side, count, inside).stdout.split() == ["alive", "read"]
        dead = touch(side, count, outside)
        assert dead.stdout.split() == ["alive"]
        assert dead.returncode == -signal.SIGSEGV


@pytest.mark.parametrize("side", ["start", "end"])
def test_shape_type_and_content(side: str) -> None:
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    copy = guarded_copy(array, side)
    assert copy.dtype == np.int16
    np.testing.assert_array_equal(copy, array)
    copy[...] = 7
    assert array[0, 0, 1] == 1
    assert guarded_array([3], np.float32, side).tolist() == [0, 0, 0]
    assert guarded_array([0, 4], np.float32, side).shape == (0, 4)


def test_views_keep_the_memory_alive() -> None:
    view = guarded_array([1 << 20])[5:10]
    others = [guarded_array([1 << 20]) for _ in range(4)]
    view[:] = 3
    assert view.sum() == 15
    assert not any(other.any() for other in others)
