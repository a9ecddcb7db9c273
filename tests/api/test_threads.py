"""The team of threads."""

import ctypes
import gc
import os
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from convopt.backends.llvm.jit import HostCode, load
from convopt.backends.targets.host import host_target
from convopt.runtime.threads import LOOKS_BEFORE_SLEEPING, ThreadTeam, available_cores

COUNT = """
define void @count(ptr %counts, i64 %thread, i64 %threads) {
  %place = getelementptr i64, ptr %counts, i64 %thread
  %before = load i64, ptr %place
  %after = add i64 %before, %threads
  store i64 %after, ptr %place
  ret void
}
"""


@pytest.fixture(scope="module")
def code() -> HostCode:
    return load(COUNT, host_target())


def callback(function: Callable[[int], None]) -> "tuple[object, int]":
    """A C function (thread, threads) that calls Python; keep the first, pass the second."""
    made = ctypes.CFUNCTYPE(None, ctypes.c_size_t, ctypes.c_size_t)(
        lambda thread, _: function(thread)
    )
    address = ctypes.cast(made, ctypes.c_void_p).value
    assert address is not None
    return made, address


def workers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("convopt-")}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_thread_works_once(code: HostCode, threads: int) -> None:
    team = ThreadTeam(threads)
    counts = np.zeros(threads, np.int64)
    for run in range(1, 201):
        team.run(code.address("count"), [counts.ctypes.data])
        assert counts.tolist() == [run * threads] * threads


def test_the_caller_is_thread_zero() -> None:
    seen = {}
    kept, address = callback(lambda thread: seen.update({thread: threading.get_ident()}))
    ThreadTeam(3).run(address, [])
    assert seen[0] == threading.get_ident()
    assert len(set(seen.values())) == 3
    del kept


def test_threads_work_at_the_same_time() -> None:
    barrier = threading.Barrier(4, timeout=30)
    kept, address = callback(lambda thread: barrier.wait() and None)
    ThreadTeam(4).run(address, [])
    assert not barrier.broken
    del kept


def test_a_team_that_fell_asleep_wakes_up(code: HostCode) -> None:
    team = ThreadTeam(2)
    counts = np.zeros(2, np.int64)
    for run in range(1, 4):
        time.sleep(1e-6 * LOOKS_BEFORE_SLEEPING * 20)
        team.run(code.address("count"), [counts.ctypes.data])
        assert counts.tolist() == [2 * run, 2 * run]


def test_a_worker_that_wakes_without_a_job_sleeps_on(
    code: HostCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convopt.runtime.threads.LONGEST_SLEEP", 1e-3)
    team = ThreadTeam(2)
    time.sleep(0.1)
    counts = np.zeros(2, np.int64)
    team.run(code.address("count"), [counts.ctypes.data])
    assert counts.tolist() == [2, 2]


def test_functions_of_different_arguments_follow_each_other(code: HostCode) -> None:
    team = ThreadTeam(2)
    counts, seen = np.zeros(2, np.int64), []
    kept, address = callback(seen.append)
    for _ in range(5):
        team.run(code.address("count"), [counts.ctypes.data])
        team.run(address, [])
    assert counts.tolist() == [10, 10]
    assert sorted(seen) == [0] * 5 + [1] * 5
    del kept


def test_workers_end_with_the_team() -> None:
    before = workers()
    team = ThreadTeam(3)
    assert len(workers() - before) == 2
    del team
    gc.collect()
    deadline = time.monotonic() + 10
    while workers() - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert workers() <= before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_workers_of_its_own(code: HostCode) -> None:
    team = ThreadTeam(2)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        counts = np.zeros(2, np.int64)
        team.run(code.address("count"), [counts.ctypes.data])
        os.write(writer, counts.astype(np.uint8).tobytes())
        os._exit(0)
    os.close(writer)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reader, 10) == bytes([2, 2])
    os.close(reader)


def test_there_is_a_core() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
