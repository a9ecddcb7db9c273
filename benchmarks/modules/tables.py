"""Rows of modules as tables for a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.table import Table

from convopt.benchmarks.measuring.results import Cell
from convopt.benchmarks.modules.results import (
    FUSED,
    SEPARATE,
    ModuleRow,
    group_means,
    library_names,
)
from convopt.benchmarks.peers.peer import Layout

_NOTHING = "-"


def module_table(rows: Sequence[ModuleRow], with_peers: bool = True) -> Table:
    """A line a module. Times in microseconds, least (median); `x limit` is the least time as a
    multiple of the limit, `x` how many times faster than the best peer convopt is, `gain` than
    with separate kernels. Without peers' columns, only the best one of each module is named."""
    peers = _peer_names(rows) if with_peers else []
    title = "modules of layers, one thread: microseconds, least (median)"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("module")
    table.add_column("kernels")
    for name in ("MMAC", "limit", "bound", FUSED, "x limit", SEPARATE, "x limit", "gain"):
        table.add_column(name, justify="right")
    for name in peers:
        table.add_column(_heading(rows, name), justify="right")
    table.add_column("best peer")
    for name in ("x limit", "x"):
        table.add_column(name, justify="right")
    for row in rows:
        best = row.best_peer
        table.add_row(
            row.module.name,
            " ".join(row.kernels),
            f"{row.module.macs / 1e6:.2f}",
            f"{1e6 * row.limit.seconds:.1f}",
            row.limit.bound,
            *_both(row.cell(FUSED)),
            *_both(row.cell(SEPARATE)),
            _number(row.gain),
            *(_microseconds(row.cell(name)) for name in peers),
            best.peer if best else _NOTHING,
            _times_limit(best),
            _number(row.speedup),
        )
    return table


def group_table(rows: Sequence[ModuleRow], with_peers: bool = True) -> Table:
    """Geometric means: least times as multiples of the limit. A library that lacks modules says how
    many it has: its mean is not comparable then."""
    peers = _peer_names(rows) if with_peers else []
    names = [FUSED, SEPARATE, *peers]
    title = "least time / limit, geometric means"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("group")
    headings = [_heading(rows, name) for name in peers]
    for name in ("modules", FUSED, SEPARATE, *headings, "best peer", "x"):
        table.add_column(name, justify="right")
    for means in group_means(rows):
        cells = [means.libraries.get(name) for name in names]
        table.add_row(
            means.name,
            str(means.modules),
            *(_NOTHING if one is None else _part(*one, means.modules) for one in cells),
            _number(means.best),
            _number(means.speedup),
        )
    return table


def module_remarks(rows: Sequence[ModuleRow]) -> list[str]:
    """A line for every cell that needs words."""
    return [
        f"{cell.peer}, {row.module.name}: {cell.note}"
        for row in rows
        for cell in row.cells
        if cell.note
    ]


def _peer_names(rows: Sequence[ModuleRow]) -> list[str]:
    return [name for name in library_names(rows) if name not in (FUSED, SEPARATE)]


def _heading(rows: Sequence[ModuleRow], peer: str) -> str:
    """The name; with NCHW where conversions from it and to it are part of the time."""
    cells = (row.cell(peer) for row in rows)
    converts = any(cell.layout is Layout.NCHW for cell in cells if cell)
    return f"{peer} ({Layout.NCHW})" if converts else peer


def _both(cell: Cell | None) -> tuple[str, str]:
    return _microseconds(cell), _times_limit(cell)


def _microseconds(cell: Cell | None) -> str:
    """`~` marks a result that is not exact to fp32."""
    if cell is None or cell.timing is None:
        return _NOTHING
    least, median = 1e6 * cell.timing.min_seconds, 1e6 * cell.timing.median_seconds
    return f"{'~' if cell.note else ''}{least:.1f} ({median:.1f})"


def _times_limit(cell: Cell | None) -> str:
    return _number(1 / cell.timing.share if cell and cell.timing else None)


def _number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.2f}"


def _part(mean: float, count: int, modules: int) -> str:
    return f"{mean:.2f}" if count == modules else f"{mean:.2f} ({count}/{modules})"
