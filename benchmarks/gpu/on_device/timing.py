"""Times by CUDA graphs: many calls in one, all contenders in turn, medians over rounds."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

import torch

GRAPH_SECONDS = 1.5e-3
"""What a graph of calls takes, about: long beside an event's granularity, short beside the clock's
changes."""
MOST_CALLS = 200
COLD_CALLS = 12
WAKING_SECONDS = 0.2
"""Until a GPU that had nothing to do has its full clock."""
L2_TIMES = 3
"""The buffer that is written to empty L2, in sizes of L2."""


class Stopwatch(Protocol):
    """What is timed, once; in seconds."""

    def __call__(self) -> float: ...


@dataclass(frozen=True)
class Times:
    """Of one call, in microseconds: the median over rounds, least and quartiles."""

    median: float
    least: float
    lower: float
    upper: float

    @staticmethod
    def of(microseconds: Sequence[float]) -> "Times":
        values = sorted(microseconds)
        count = len(values)
        lower, upper = values[count // 4], values[(3 * count) // 4 if count > 1 else 0]
        return Times(median(values), values[0], lower, upper)


def calls_for(seconds: float) -> int:
    """How many calls of that length make a graph."""
    return max(1, min(MOST_CALLS, round(GRAPH_SECONDS / max(seconds, 1e-9))))


def in_turn(stopwatches: Mapping[str, Stopwatch], rounds: int) -> dict[str, list[float]]:
    """The seconds of every round by name. Each round begins with another one."""
    names = list(stopwatches)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % max(len(names), 1)
        for name in names[first:] + names[:first]:
            found[name].append(stopwatches[name]())
    return found


def warm_times(runs: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Times]:
    """Every call finds in L2 what the one before left there."""
    graphs, calls = {}, {}
    for name, run in runs.items():
        probe = graph_of(run, 8)
        probe.replay()
        calls[name] = calls_for(min(seconds_of(probe.replay) for _ in range(3)) / 8)
        graphs[name] = graph_of(run, calls[name])
    watches = {name: _watch(graph) for name, graph in graphs.items()}
    _wake(watches)
    found = in_turn(watches, rounds)
    return {
        name: Times.of([1e6 * each / calls[name] for each in seconds])
        for name, seconds in found.items()
    }


def cold_times(
    runs: Mapping[str, Callable[[], Any]], rounds: int, l2_bytes: int, device: Any
) -> dict[str, Times]:
    """Before every call, a buffer larger than L2 is written; its time is taken off."""
    buffer = torch.empty(L2_TIMES * l2_bytes, dtype=torch.uint8, device=device)

    def flush() -> None:
        buffer.zero_()

    def flushed(run: Callable[[], Any]) -> Callable[[], None]:
        def both() -> None:
            flush()
            run()

        return both

    graphs = {name: graph_of(flushed(run), COLD_CALLS) for name, run in runs.items()}
    watches: dict[str, Stopwatch] = {name: _watch(graph) for name, graph in graphs.items()}
    watches[""] = _watch(graph_of(flush, COLD_CALLS))
    _wake(watches)
    return without_flush(in_turn(watches, rounds))


def without_flush(seconds: Mapping[str, Sequence[float]]) -> dict[str, Times]:
    """Of graphs of `COLD_CALLS` flushes and calls; the flushes alone are called ""."""
    flush = median(seconds[""])
    return {
        name: Times.of([1e6 * (one - flush) / COLD_CALLS for one in each])
        for name, each in seconds.items()
        if name
    }


def graph_of(run: Callable[[], Any], calls: int) -> Any:
    """A CUDA graph of so many calls. The first calls, before it is recorded, load code, and let
    libraries choose their algorithms."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(calls):
            run()
    return graph


def seconds_of(work: Callable[[], Any]) -> float:
    """By events on the current stream."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    work()
    end.record()
    end.synchronize()
    return 1e-3 * float(begin.elapsed_time(end))


def _wake(watches: Mapping[str, Stopwatch]) -> None:
    started = time.perf_counter()
    while time.perf_counter() - started < WAKING_SECONDS:
        in_turn(watches, 1)


def _watch(graph: Any) -> Stopwatch:
    return lambda: seconds_of(graph.replay)
