"""The team of threads."""

import gc
import os
import threading
import time

import pytest

from convopt.runtime.threads import ThreadTeam, available_cores


def workers():
    return {thread for thread in threading.enumerate() if thread.name.startswith("convopt-")}


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_thread_works_once(threads):
    team = ThreadTeam(threads)
    for _ in range(20):
        seen = []
        team.run(seen.append)
        assert sorted(seen) == list(range(threads))


def test_the_caller_is_thread_zero():
    seen = {}
    ThreadTeam(3).run(lambda thread: seen.update({thread: threading.current_thread()}))
    assert seen[0] is threading.current_thread()
    assert len(set(seen.values())) == 3


def test_threads_work_at_the_same_time():
    barrier = threading.Barrier(4, timeout=30)
    ThreadTeam(4).run(lambda thread: barrier.wait())


def test_an_interrupted_run_waits_for_its_workers():
    team = ThreadTeam(3)
    seen = []

    def work(thread):
        if thread == 0:
            raise KeyboardInterrupt
        time.sleep(0.05)
        seen.append(thread)

    with pytest.raises(KeyboardInterrupt):
        team.run(work)
    assert sorted(seen) == [1, 2]
    team.run(seen.append)
    assert sorted(seen) == [0, 1, 1, 2, 2]


def test_workers_end_with_the_team():
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
def test_a_forked_child_gets_workers_of_its_own():
    team = ThreadTeam(2)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        seen = []
        team.run(seen.append)
        os.write(writer, bytes(sorted(seen)))
        os._exit(0)
    os.close(writer)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(reader, 10) == bytes([0, 1])
    os.close(reader)


def test_there_is_a_core():
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
