"""The same measurements in several fresh processes.

Where the system puts a process's pages decides how well a layer of L2's size fits L2, for every
library that allocates its own memory: one process alone may be lucky.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.measuring.results import LayerRow, merged
from convopt.benchmarks.measuring.setup import Setup
from convopt.errors import ConvoptError


class ProcessBench:
    """Measures in one process after the other; a row holds medians over them."""

    def __init__(self, workers: list[tuple[BaseProcess, Connection]]) -> None:
        self._workers = workers

    def measure(self, table: str, layer: Layer) -> LayerRow:
        """Raises ConvoptError if a process ends, or says that it cannot go on."""
        rows = []
        for process, connection in self._workers:
            connection.send((table, layer))
            try:
                answer = connection.recv()
            except EOFError:
                process.join()
                raise ConvoptError(
                    f"{layer.name}: a measuring process ended with code {process.exitcode}"
                ) from None
            if not isinstance(answer, LayerRow):
                raise ConvoptError(f"{layer.name}: a measuring process failed: {answer}")
            rows.append(answer)
        return merged(rows)


@contextmanager
def fresh_processes(setup: Setup, count: int) -> Iterator[ProcessBench]:
    """`count` processes, on the core that this one is on; they end with the context."""
    context = get_context("spawn")
    workers: list[tuple[BaseProcess, Connection]] = []
    try:
        for _ in range(count):
            here, there = context.Pipe()
            worker = context.Process(target=_serve, args=(setup, there), daemon=True)
            worker.start()
            there.close()
            workers.append((worker, here))
        yield ProcessBench(workers)
    finally:
        for process, connection in workers:
            connection.close()
            process.terminate()
            process.join()


def _serve(setup: Setup, connection: Connection) -> None:
    """Answer every layer with its row, or with what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    bench = None
    while True:
        try:
            table, layer = connection.recv()
        except EOFError:
            return
        try:
            bench = bench or setup.bench()
            connection.send(bench.measure(table, layer))
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}")
