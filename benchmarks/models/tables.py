"""Results as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table

from convopt.benchmarks.models.results import CONVOPT, Entry, ModelResult

_NOTHING = "-"


def model_table(results: Sequence[ModelResult]) -> Table:
    """A line a model. Times in milliseconds, minimum (median); `x` is how many times faster convopt
    is than the best peer, `scaling` than itself on one thread. `error` is convopt's."""
    peers = list(dict.fromkeys(entry.peer for result in results for entry in result.peers))
    threads = max((result.threads for result in results), default=1)
    title = f"whole models, batch 1, fp32, {threads} thread{'s' if threads > 1 else ''}"
    table = Table(title=f"{title}: ms, minimum (median)", title_justify="left")
    table.add_column("model", overflow="fold")
    for name in ("MMAC", "limit", CONVOPT, "of limit", "error"):
        table.add_column(name, justify="right")
    if threads > 1:
        table.add_column("scaling", justify="right")
    for name in peers:
        table.add_column(name, justify="right")
    table.add_column("best peer")
    table.add_column("x (median)", justify="right")
    for result in results:
        scaling = [_number(result.scaling, 2)] if threads > 1 else []
        times = [_peer_time(result, peer) for peer in peers]
        table.add_row(*_own_cells(result), *scaling, *times, *_best_cells(result))
    return table


def remarks(results: Sequence[ModelResult]) -> list[str]:
    """A line for every entry that needs words, and the largest error of the peers."""
    lines = [
        f"{entry.peer}, {result.model}: {entry.note}"
        for result in results
        for entry in result.entries
        if entry.note
    ]
    errors = [
        (entry.error, f"{entry.peer}, {result.model}")
        for result in results
        for entry in result.peers
        if entry.error is not None and entry.timing is not None
    ]
    if errors:
        largest, where = max(errors)
        lines.append(f"largest relative error of a peer: {largest:.1e} ({where})")
    return lines


def _own_cells(result: ModelResult) -> list[str]:
    found, limit = result.convopt.timing, result.limit_seconds
    return [
        result.model,
        _number(result.macs and result.macs / 1e6, 1),
        _number(limit and 1e3 * limit, 3),
        _milliseconds(result.convopt),
        f"{found.share:.0%}" if found and limit else _NOTHING,
        _NOTHING if result.convopt.error is None else f"{result.convopt.error:.0e}",
    ]


def _best_cells(result: ModelResult) -> list[str]:
    best = result.best_peer
    if best is None:
        return [_NOTHING, _NOTHING]
    return [best.peer, f"{_number(result.speedup, 2)} ({_number(result.median_speedup, 2)})"]


def _peer_time(result: ModelResult, peer: str) -> str:
    return next((_milliseconds(one) for one in result.peers if one.peer == peer), _NOTHING)


def _milliseconds(entry: Entry) -> str:
    if entry.timing is None:
        return _NOTHING
    return f"{1e3 * entry.timing.min_seconds:.3f} ({1e3 * entry.timing.median_seconds:.3f})"


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"
