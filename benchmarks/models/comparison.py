"""Models run by all libraries in turn, in this process."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from convopt.benchmarks.limits.machine import Machine
from convopt.benchmarks.measuring.samples import interleaved, timing
from convopt.benchmarks.models.contenders import Contender, checked, expected_outputs
from convopt.benchmarks.models.results import Entry, ModelResult
from convopt.benchmarks.models.sources import BenchmarkModel
from convopt.benchmarks.peers.peer import Prepared

SETTLE_SECONDS = 0.02
"""Before a burst, where several threads run: the workers of the library before it spin for a while
before they sleep."""


class Comparison:
    """Libraries, one of them convopt, and the machine against whose speed they are measured.

    `peak_gflops` is the most that a core was seen to do just before.
    """

    def __init__(
        self,
        contenders: Sequence[Contender],
        threads: int,
        rounds: int,
        machine: Machine,
        peak_gflops: float,
    ) -> None:
        self._contenders = contenders
        self._threads = threads
        self._rounds = rounds
        self._machine = machine
        self._peak_gflops = peak_gflops

    def compare(self, model: BenchmarkModel) -> ModelResult:
        """Check everyone's result, then time those that are right, in turn."""
        expected = expected_outputs(model.data)
        entries: list[Entry] = []
        ready: dict[int, Prepared] = {}
        try:
            for number, contender in enumerate(self._contenders):
                entry, prepared = checked(contender, model.data, expected)
                entries.append(entry)
                if prepared is not None:
                    ready[number] = prepared
            peak = self._time(entries, ready, model.macs)
        finally:
            for prepared in ready.values():
                prepared.close()
        limit = None if model.macs is None else compute_seconds(model.macs, self._threads, peak)
        return ModelResult(model.data.name, self._threads, model.macs, limit, tuple(entries))

    def _time(self, entries: list[Entry], ready: Mapping[int, Prepared], macs: int | None) -> float:
        """Put timings into the entries that are ready; the highest peak of a core up to then."""
        runs = [prepared.run for prepared in ready.values()]
        found = interleaved(runs, self._rounds, self._settled_peak)
        seen = (one.peak_gflops for many in found for one in many)
        peak = max([self._peak_gflops, *seen])
        for number, samples in zip(ready, found, strict=True):
            entry = entries[number]
            limit = partial(compute_seconds, macs or 0, entry.threads)
            entries[number] = replace(entry, timing=timing(samples, peak, limit))
        return peak

    def _settled_peak(self) -> float:
        if self._threads > 1:
            time.sleep(SETTLE_SECONDS)
        return self._machine.peak_gflops()


def compute_seconds(macs: int, threads: int, peak_gflops: float) -> float:
    """The least time for multiply-adds when every core reaches this peak."""
    return 2 * macs / (1e9 * peak_gflops * threads)
