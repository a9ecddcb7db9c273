"""Results as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table

from convopt.benchmarks.torch_models.results import CONVOPT, Entry, TorchResult

_NOTHING = "-"


def torch_table(results: Sequence[TorchResult]) -> Table:
    """A line a model. Times in milliseconds, minimum (median); behind others', how many times as
    long as convopt they take. `taken` is the part of eager's time for convolutions, and of their
    multiply-adds, that belongs to those which convopt runs; `error` is convopt's against eager."""
    others = list(
        dict.fromkeys(
            entry.contender
            for result in results
            for entry in result.entries
            if entry.contender != CONVOPT
        )
    )
    threads = max((result.threads for result in results), default=1)
    title = f"inference, batch 1, fp32, {threads} thread{'s' if threads > 1 else ''}"
    table = Table(title=f"{title}: ms, minimum (median)", title_justify="left")
    table.add_column("model", overflow="fold")
    for name in ("MMAC", "taken: time (MAC)", "sets", "error", CONVOPT, *others):
        table.add_column(name, justify="right")
    for result in results:
        own = result.entry(CONVOPT)
        share = result.taken_macs / result.macs if result.macs else 0.0
        table.add_row(
            result.model,
            f"{result.macs / 1e6:.1f}",
            f"{result.time_share:.0%} ({share:.0%})",
            str(result.sets),
            _NOTHING if own.error is None else f"{own.error:.0e}",
            _milliseconds(own),
            *(_beside(result, name) for name in others),
        )
    return table


def notes(results: Sequence[TorchResult]) -> list[str]:
    """A line for every entry that needs words."""
    return [
        f"{entry.contender}, {result.model}: {entry.note}"
        for result in results
        for entry in result.entries
        if entry.note
    ]


def _beside(result: TorchResult, contender: str) -> str:
    entry = next((one for one in result.entries if one.contender == contender), None)
    ratio = None if entry is None else result.times_convopt(entry)
    if entry is None or ratio is None:
        return _NOTHING
    return f"{_milliseconds(entry)} {ratio:.2f}x"


def _milliseconds(entry: Entry) -> str:
    if entry.timing is None:
        return _NOTHING
    return f"{1e3 * entry.timing.min_seconds:.3f} ({1e3 * entry.timing.median_seconds:.3f})"
