"""A small team of threads that runs the same compiled function together."""

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from convopt.backends.llvm.team import ASLEEP, MAILBOX_BYTES, job_code, team_code
from convopt.backends.targets import CpuTarget
from convopt.backends.targets.host import host_target
from convopt.runtime.buffers import address, zeroed_buffer

LOOKS_BEFORE_SLEEPING = 4000
"""Some tenths of a millisecond: the time between two inferences that follow each other."""

LONGEST_SLEEP = 1.0
"""Seconds. Work that was posted just before Ctrl-C may have woken nobody."""

_SIZE = ctypes.c_size_t


class ThreadTeam:
    """`threads - 1` waiting threads and the caller's own; not to be entered twice at a time.

    The workers end with the team. In a forked child, where they do not exist, new ones are started.
    """

    def __init__(self, threads: int):
        self.threads = threads
        self._start()

    def run(self, function: int, pointers: Sequence[int]) -> None:
        """Call `function(pointers..., thread, threads)` on every thread; return when all are done.

        `function` is the address of compiled code; the caller's thread is number 0.
        """
        if self._process != os.getpid():
            self._start()
        self._crew.run(function, pointers)

    def _start(self) -> None:
        self._process = os.getpid()
        self._crew = _Crew(self.threads, host_target())
        for number in range(1, self.threads):
            name = f"convopt-{number}"
            worker = threading.Thread(
                target=_serve, args=(self._crew, number), name=name, daemon=True
            )
            worker.start()
        weakref.finalize(self, self._crew.end)


class _Crew:
    """What the threads of a team share; the workers keep it alive until they end."""

    def __init__(self, threads: int, target: CpuTarget):
        self._threads = threads
        self._target = target
        self._code = team_code(target)
        self._post = self._function("convopt_post", 2)
        self._follow = self._function("convopt_follow", 4)
        self._join = self._function("convopt_join", 3)
        self._yield = yield_address()
        self._wake = [threading.Semaphore(0) for _ in range(threads)]
        self._mailboxes = zeroed_buffer(MAILBOX_BYTES * threads)
        self._runs = 0
        self._last_job = np.zeros(1, np.uint64)

    def _function(self, symbol: str, arguments: int) -> Callable[..., int]:
        return ctypes.CFUNCTYPE(_SIZE, *[_SIZE] * arguments)(self._code.address(symbol))

    def run(self, function: int, pointers: Sequence[int]) -> None:
        call = job_code(self._target, len(pointers)).address("convopt_call")
        job = np.array([call, function, *pointers], np.uint64)
        self._runs += 1
        try:
            self._give(job)
        finally:  # after Ctrl-C, too: the workers wait for this thread in the middle of their share
            ctypes.CFUNCTYPE(None, _SIZE, _SIZE, _SIZE)(call)(address(job), 0, self._threads)
            for worker in range(1, self._threads):
                self._join(self._mailbox(worker), self._runs, self._yield)

    def end(self) -> None:
        """Let the workers go."""
        self._give(self._last_job)

    def serve(self, worker: int) -> None:
        """A worker's life."""
        wake = self._wake[worker]
        while not self._follow(self._mailbox(worker), worker, self._threads, LOOKS_BEFORE_SLEEPING):
            wake.acquire(timeout=LONGEST_SLEEP)

    def _give(self, job: npt.NDArray[np.uint64]) -> None:
        for worker in range(1, self._threads):
            if self._post(self._mailbox(worker), address(job)) == ASLEEP:
                self._wake[worker].release()

    def _mailbox(self, worker: int) -> int:
        return address(self._mailboxes) + MAILBOX_BYTES * worker


def yield_address() -> int:
    """The address of the C function that gives this core to another thread; 0 if there is none."""
    try:
        function = ctypes.CDLL(None).sched_yield
    except (OSError, TypeError, AttributeError):  # no POSIX
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _serve(crew: _Crew, worker: int) -> None:
    crew.serve(worker)
