"""What a comparison found, as data."""

from dataclasses import dataclass

from convopt.benchmarks.measuring.samples import Timing

CONVOPT = "convopt"

FP32_ERROR = 1e-4
"""What fp32 stays below on whole networks; a peer above it computed in another precision."""


@dataclass(frozen=True)
class Entry:
    """A library on `threads` threads with one model.

    `timing` None: it was not timed, as `note` says; its shares are parts of the compute limit, 0
    where the model's multiply-adds are not known. `error` is relative, against
    onnxruntime without its optimisations.
    """

    peer: str
    version: str
    threads: int
    error: float | None = None
    timing: Timing | None = None
    note: str = ""


@dataclass(frozen=True)
class ModelResult:
    """All libraries on one model, timed in turn.

    `limit_seconds` is what its `macs` multiply-adds take at the highest peak that was measured,
    None where their number is not known. One of the entries is convopt's; where `threads` are
    several, another one is convopt's on one thread.
    """

    model: str
    threads: int
    macs: int | None
    limit_seconds: float | None
    entries: tuple[Entry, ...]

    @property
    def convopt(self) -> Entry:
        return self._convopt_on(self.threads)

    @property
    def peers(self) -> list[Entry]:
        """All but convopt."""
        return [entry for entry in self.entries if entry.peer != CONVOPT]

    @property
    def best_peer(self) -> Entry | None:
        """With the least minimum of those that computed in fp32; None if there is none."""
        timed = [one for one in self.peers if one.timing is not None and _is_fp32(one)]
        return min(timed, key=_least, default=None)

    def times_convopt(self, entry: Entry) -> float | None:
        """How many times as long as convopt it takes, by minima: neighbours disturb them least."""
        if entry.timing is None or self.convopt.timing is None:
            return None
        return _least(entry) / _least(self.convopt)

    def median_times_convopt(self, entry: Entry) -> float | None:
        """The same by medians."""
        if entry.timing is None or self.convopt.timing is None:
            return None
        return entry.timing.median_seconds / self.convopt.timing.median_seconds

    @property
    def speedup(self) -> float | None:
        """How many times as fast as the best peer convopt is, by minima."""
        return None if self.best_peer is None else self.times_convopt(self.best_peer)

    @property
    def median_speedup(self) -> float | None:
        """The same by medians."""
        return None if self.best_peer is None else self.median_times_convopt(self.best_peer)

    @property
    def scaling(self) -> float | None:
        """How many times as fast as on one thread convopt is on several, by minima."""
        if self.threads == 1:
            return None
        return self.times_convopt(self._convopt_on(1))

    def _convopt_on(self, threads: int) -> Entry:
        return next(one for one in self.entries if (one.peer, one.threads) == (CONVOPT, threads))


def _is_fp32(entry: Entry) -> bool:
    return entry.error is not None and entry.error <= FP32_ERROR


def _least(entry: Entry) -> float:
    assert entry.timing is not None
    return entry.timing.min_seconds
