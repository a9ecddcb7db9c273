"""A small team of threads that runs the same function together."""

import ctypes
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field

Work = Callable[[int], None]


@dataclass
class _Post:
    """Where a worker waits for work, and says that it is done. None as work ends the worker."""

    ready: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    done: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    work: Work | None = None


class ThreadTeam:
    """`threads - 1` waiting threads and the caller's own.

    The workers end with the team. In a forked child, where they do not exist, new ones are started.
    """

    def __init__(self, threads: int):
        self.threads = threads
        self._start()

    def run(self, work: Work) -> None:
        """Call `work(thread)` on every thread, 0 on the caller's; return when all are done."""
        if self._process != os.getpid():
            self._start()
        try:
            for post in self._posts:
                post.work = work
                post.ready.release()
            work(0)
        finally:  # after Ctrl-C, too: the next run must not meet this one's workers
            for post in self._posts:
                post.done.acquire()

    def _start(self) -> None:
        self._process = os.getpid()
        self._posts = [_Post() for _ in range(self.threads - 1)]
        for number, post in enumerate(self._posts, 1):
            name = f"convopt-{number}"
            threading.Thread(target=_serve, args=(number, post), name=name, daemon=True).start()
        weakref.finalize(self, _dismiss, self._posts)


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


def _serve(number: int, post: _Post) -> None:
    while True:
        post.ready.acquire()
        if post.work is None:
            return
        post.work(number)
        post.work = None  # the work keeps arrays alive
        post.done.release()


def _dismiss(posts: list[_Post]) -> None:
    for post in posts:
        post.work = None
        post.ready.release()
