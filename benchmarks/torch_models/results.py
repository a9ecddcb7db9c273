"""What a comparison found, as data."""

from dataclasses import dataclass

from convopt.benchmarks.measuring.samples import Timing

CONVOPT, INDUCTOR, EAGER = "convopt", "inductor", "eager"


@dataclass(frozen=True)
class Entry:
    """Who ran a model; `timing` None where `note` says why. `error` is relative, against eager."""

    contender: str
    error: float | None = None
    timing: Timing | None = None
    compile_seconds: float | None = None
    note: str = ""


@dataclass(frozen=True)
class TorchResult:
    """All contenders on one model.

    Of its convolutions' multiply-adds convopt took `taken_macs`; `time_share` is the part of the
    time that eager needs for its convolutions that those take which convopt took.
    """

    model: str
    threads: int
    macs: int
    taken_macs: int
    time_share: float
    sets: int
    entries: tuple[Entry, ...]

    def entry(self, contender: str) -> Entry:
        return next(one for one in self.entries if one.contender == contender)

    def times_convopt(self, entry: Entry) -> float | None:
        """How many times as long as convopt it takes, by minima: neighbours disturb them least."""
        own = self.entry(CONVOPT).timing
        if entry.timing is None or own is None:
            return None
        return entry.timing.min_seconds / own.min_seconds

    def median_times_convopt(self, entry: Entry) -> float | None:
        """The same by medians."""
        own = self.entry(CONVOPT).timing
        if entry.timing is None or own is None:
            return None
        return entry.timing.median_seconds / own.median_seconds
