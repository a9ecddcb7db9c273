"""The same measurements in several fresh processes.

Where the system puts a process's pages decides how well a layer of L2's size fits L2, for every
library that allocates its own memory: one process alone may be lucky.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from convopt.errors import ConvoptError

Job = TypeVar("Job")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Failure:
    """What went wrong in a process, in one line."""

    message: str


class FreshProcesses(Generic[Job, Answer]):
    """Do a job in one process after the other."""

    def __init__(self, workers: list[tuple[BaseProcess, Connection]]) -> None:
        self._workers = workers

    def answers(self, name: str, job: Job) -> list[Answer]:
        """One a process. `name` is what errors call the job.

        Raises ConvoptError if a process ends, or says that it cannot go on.
        """
        return [self._answer(name, job, *worker) for worker in self._workers]

    def _answer(self, name: str, job: Job, process: BaseProcess, connection: Connection) -> Answer:
        connection.send(job)
        try:
            answer = connection.recv()
        except EOFError:
            process.join()
            raise ConvoptError(
                f"{name}: a measuring process ended with code {process.exitcode}"
            ) from None
        if isinstance(answer, _Failure):
            raise ConvoptError(f"{name}: a measuring process failed: {answer.message}")
        return answer  # type: ignore[no-any-return]


@contextmanager
def fresh_processes(
    prepare: Callable[[], Callable[[Job], Answer]], count: int
) -> Iterator[FreshProcesses[Job, Answer]]:
    """`count` processes, on the core that this one is on; they end with the context.

    Each calls `prepare`, at its first job, for what does jobs. All of it must pickle, apart from
    what `prepare` returns.
    """
    context = get_context("spawn")
    workers: list[tuple[BaseProcess, Connection]] = []
    try:
        for _ in range(count):
            here, there = context.Pipe()
            worker = context.Process(target=_serve, args=(prepare, there), daemon=True)
            worker.start()
            there.close()
            workers.append((worker, here))
        yield FreshProcesses(workers)
    finally:
        for process, connection in workers:
            connection.close()
            process.terminate()
            process.join()


def _serve(prepare: Callable[[], Callable[[Any], Any]], connection: Connection) -> None:
    """Answer every job, or say what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    work = None
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            work = work or prepare()
            connection.send(work(job))
        except Exception as error:
            connection.send(_Failure(f"{type(error).__name__}: {error}"))
