"""Rows of gradients as tables for a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.table import Table

from convopt.benchmarks.gradient import Gradient
from convopt.benchmarks.gradients.results import (
    OURS,
    GradientRow,
    Speedup,
    group_means,
    libraries,
)
from convopt.benchmarks.measuring.results import Cell
from convopt.benchmarks.peers.peer import Layout

_TITLES = {
    Gradient.DATA: "gradients of data, one thread: microseconds, least (median)",
    Gradient.WEIGHTS: "gradients of weights, one thread: microseconds, least (median)",
}
_NOTHING = "-"


def gradient_table(rows: Sequence[GradientRow], with_peers: bool = True) -> Table:
    """A line a layer, all of the same gradient. `x limit` is convopt's least time as a multiple of
    the limit, `x` how many times faster than the best peer, or than PyTorch on NCHW, it is. Without
    peers' columns, only the best one of each layer is named."""
    peers = [name for name in libraries(rows) if name != OURS] if with_peers else []
    title = _TITLES[rows[0].gradient]
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("layer")
    headings = (_heading(*name) for name in peers)
    for name in ("MMAC", "limit", "bound", OURS[0], "x limit", *headings):
        table.add_column(name, justify="right")
    table.add_column("best peer")
    for name in ("x", "x torch nchw"):
        table.add_column(name, justify="right")
    for row in rows:
        ours, best = row.cell(OURS), row.best_peer
        table.add_row(
            row.layer.name,
            f"{row.layer.macs / 1e6:.2f}",
            f"{1e6 * row.limit.seconds:.1f}",
            row.limit.bound,
            _microseconds(ours),
            f"{1 / ours.timing.share:.2f}" if ours and ours.timing else _NOTHING,
            *(_microseconds(row.cell(name)) for name in peers),
            _heading(best.peer, best.layout) if best else _NOTHING,
            _times(row.over_best),
            _times(row.over_torch),
        )
    return table


def group_table(rows: Sequence[GradientRow]) -> Table:
    """Geometric means of how many times faster convopt is, over rows of the same gradient: by least
    times (by medians)."""
    title = f"gradients of {rows[0].gradient}: times faster, geometric means"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("group")
    for name in ("layers", "than the best peer", "than torch nchw"):
        table.add_column(name, justify="right")
    for means in group_means(rows):
        speedups = (means.over_best, means.over_torch)
        table.add_row(means.name, str(means.layers), *map(_both_times, speedups))
    return table


def gradient_remarks(rows: Sequence[GradientRow]) -> list[str]:
    """A line for every cell that needs words."""
    return [
        f"{_heading(cell.peer, cell.layout)}, {row.layer.name}, gradient of {row.gradient}: "
        f"{cell.note}"
        for row in rows
        for cell in row.cells
        if cell.note
    ]


def _heading(peer: str, layout: Layout) -> str:
    """The name; with NCHW where that is not what the library likes best."""
    return peer if layout is Layout.OWN else f"{peer} ({layout})"


def _microseconds(cell: Cell | None) -> str:
    """`~` marks a result that is not exact to fp32."""
    if cell is None or cell.timing is None:
        return _NOTHING
    least, median = 1e6 * cell.timing.min_seconds, 1e6 * cell.timing.median_seconds
    return f"{'~' if cell.note else ''}{least:.1f} ({median:.1f})"


def _times(speedup: Speedup | None) -> str:
    return _NOTHING if speedup is None else f"{speedup.least:.2f}"


def _both_times(speedup: Speedup | None) -> str:
    return _NOTHING if speedup is None else f"{speedup.least:.2f} ({speedup.median:.2f})"
