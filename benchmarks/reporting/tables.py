"""Results as tables for a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.table import Table

from convopt.benchmarks.measuring.results import Cell, LayerRow
from convopt.benchmarks.measuring.samples import Timing
from convopt.benchmarks.peers.peer import Layout
from convopt.benchmarks.reporting.summary import (
    OURS,
    best_peer,
    class_means,
    peer_names,
    speedup,
)

_TITLES = {
    Layout.OWN: "steady state, everyone in the layout that they like: least microseconds",
    Layout.NCHW: "NCHW in, NCHW out, conversions included: least microseconds",
}
_NOTHING = "-"


def layer_table(rows: Sequence[LayerRow], layout: Layout, with_peers: bool = True) -> Table:
    """A line a layer. Times in microseconds, the least over bursts; of convopt the median, too. `x`
    is how many times faster convopt is than the best peer. Without peers' columns, only the best
    one of each layer is named."""
    peers = peer_names(rows) if with_peers else []
    networks = {row.layer.network for row in rows}
    has_networks = 1 < len(networks) < len(rows)
    table = Table(title=_TITLES[layout], title_justify="left", box=SIMPLE, pad_edge=False)
    if has_networks:
        table.add_column("network")
    table.add_column("layer")
    for name in ("count", "MMAC", "limit", OURS, "median", "of limit", "GFLOP/s"):
        table.add_column(name, justify="right")
    for name in peers:
        table.add_column(_heading(rows, name, layout), justify="right")
    table.add_column("best peer")
    table.add_column("x", justify="right")
    for row in rows:
        network = [row.layer.network] if has_networks else []
        table.add_row(*network, *_cells(row, peers, layout))
    return table


def class_table(rows: Sequence[LayerRow], layout: Layout, with_peers: bool = True) -> Table:
    """Geometric means: times as multiples of the limit. A peer that lacks layers says how many it
    has: its mean is not comparable then."""
    peers = peer_names(rows) if with_peers else []
    title = "time / limit, geometric means"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column("class")
    for name in ("layers", OURS, "best peer", "x", *peers):
        table.add_column(name, justify="right")
    for means in class_means(rows, layout):
        cells = [means.peers.get(peer) for peer in peers]
        table.add_row(
            means.name,
            str(means.layers),
            _number(means.ours, 2),
            _number(means.best, 2),
            _number(means.speedup, 2),
            *(_NOTHING if one is None else _part(*one, means.layers) for one in cells),
        )
    return table


def remarks(rows: Sequence[LayerRow]) -> list[str]:
    """A line for every cell that needs words."""
    return [
        f"{cell.peer} ({cell.layout}), {row.layer.name}: {cell.note}"
        for row in rows
        for cell in row.cells
        if cell.note
    ]


def _cells(row: LayerRow, peers: Sequence[str], layout: Layout) -> list[str]:
    layer, ours, best = row.layer, row.cell(OURS, layout), best_peer(row, layout)
    return [
        layer.name,
        str(layer.count),
        f"{layer.macs / 1e6:.2f}",
        _number(1e6 * row.limit.seconds, 1),
        _microseconds(ours),
        *_ours(ours.timing if ours else None, layer.macs),
        *(_microseconds(row.cell(peer, layout)) for peer in peers),
        best.peer if best else _NOTHING,
        _number(speedup(row, layout), 2),
    ]


def _ours(timing: Timing | None, macs: int) -> tuple[str, str, str]:
    """Median, share of the limit, GFLOP/s."""
    if timing is None:
        return _NOTHING, _NOTHING, _NOTHING
    median, gflops = 1e6 * timing.median_seconds, 2e-9 * macs / timing.min_seconds
    return _number(median, 1), f"{timing.share:.0%}", _number(gflops, 0)


def _heading(rows: Sequence[LayerRow], peer: str, layout: Layout) -> str:
    """The name, with the layout where that is not the table's."""
    cells = (row.cell(peer, layout) for row in rows)
    used = {cell.layout for cell in cells if cell}
    return peer if used <= {layout} else f"{peer} ({Layout.NCHW})"


def _microseconds(cell: Cell | None) -> str:
    """`~` marks a result that is not exact to fp32."""
    if cell is None or cell.timing is None:
        return _NOTHING
    return f"{'~' if cell.note else ''}{1e6 * cell.timing.min_seconds:.1f}"


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


def _part(mean: float, count: int, layers: int) -> str:
    return f"{mean:.2f}" if count == layers else f"{mean:.2f} ({count}/{layers})"
