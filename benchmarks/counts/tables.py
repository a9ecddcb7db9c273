"""Counts as tables for the terminal."""

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.table import Table

from convopt.benchmarks.counts.measurement import LayerCounts
from convopt.benchmarks.counts.published import PublishedCounts, published_for
from convopt.benchmarks.counts.search import Search
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.reporting.tiles import tile_text


def counts_table(rows: Sequence[LayerCounts], title: str) -> Table:
    """One layer a row, per multiply-add; beside it the best peer and the compulsory traffic."""
    table = _table(
        title,
        "layer",
        "tile",
        "insn/MAC",
        "best peer",
        "B/MAC",
        "best peer",
        "floor",
        "ld/MAC",
        "st/MAC",
        "FMA/MAC",
    )
    for counts in rows:
        peers = counts.published
        table.add_row(
            counts.name,
            tile_text(counts.tile),
            f"{counts.instructions_per_mac:.3f}",
            _best(peers, "instructions_per_mac", 3),
            f"{counts.bytes_per_mac:.2f}",
            _best(peers, "bytes_per_mac", 2),
            f"{counts.per_mac(counts.compulsory_bytes):.2f}",
            f"{counts.per_mac(counts.total.loads):.3f}",
            f"{counts.per_mac(counts.total.stores):.3f}",
            f"{counts.per_mac(counts.total.fma_lanes):.3f}",
        )
    return table


def totals_table(rows: Sequence[LayerCounts]) -> Table:
    """What one call executes, and the relative error of its result."""
    names = ("layer", "insns", "loads", "stores", "load bytes", "store bytes", "error")
    table = _table("One call", *names)
    for counts in rows:
        total = counts.total
        values = (total.instructions, total.loads, total.stores, total.load_bytes)
        table.add_row(
            counts.name,
            *(f"{value:,}" for value in (*values, total.store_bytes)),
            f"{counts.error:.0e}",
        )
    return table


def hot_table(rows: Sequence[LayerCounts]) -> Table:
    """What each layer's hottest block is made of."""
    names = ("insns", "fmla", "load", "store", "other", "stack", "cycles/Q-FMLA")
    table = _table("Hottest block", "layer", "share", "runs", *names)
    for counts in rows:
        hot, cycles = counts.hot.effects, counts.cycles_per_quad_fma
        other = hot.instructions - hot.fmas - hot.loads - hot.stores
        numbers = (hot.instructions, hot.fmas, hot.loads, hot.stores, other, hot.stack_references)
        table.add_row(
            counts.name,
            f"{counts.hot_share:.0%}",
            f"{counts.hot.executions:,}",
            *map(str, numbers),
            "-" if cycles is None else f"{cycles:.3f}",
        )
    return table


def peers_table(layers: Sequence[Layer]) -> Table:
    """Published counts of the layers that have any."""
    table = _table("Peers, published", "layer", "peer", "insn/MAC", "B/MAC", "ld/MAC", "st/MAC")
    peers = [peer for layer in layers for peer in published_for(layer)]
    for layer, group in groupby(peers, key=lambda peer: peer.layer):
        for number, peer in enumerate(group):
            table.add_row(
                "" if number else layer,
                f"{peer.peer} ({peer.version})",
                f"{peer.instructions_per_mac:.3f}",
                f"{peer.bytes_per_mac:.2f}",
                f"{peer.loads / peer.macs:.4f}",
                f"{peer.stores / peer.macs:.4f}",
            )
        table.add_section()
    return table


def search_table(layer: Layer, search: Search) -> Table:
    """The tiles, best first; the chosen one is marked."""
    table = _table(
        f"{layer.name}: {len(search.tried)} of {len(search.candidates)} legal tiles",
        "",
        "tile",
        "insn/MAC",
        "above best",
        "B/MAC",
        "stack",
        "model cycles",
    )
    for one in search.ranked:
        table.add_row(
            "*" if one.tile == search.chosen else "",
            tile_text(one.tile),
            f"{one.counts.instructions_per_mac:.4f}",
            f"{search.above_best(one):.1%}",
            f"{one.counts.bytes_per_mac:.2f}",
            str(one.counts.hot.effects.stack_references),
            f"{one.predicted_cycles:,.0f}",
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        is_text = name in ("", "layer", "tile", "peer", "best peer")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=not is_text)
    return table


def _best(peers: Sequence[PublishedCounts], count: str, digits: int) -> str:
    if not peers:
        return "-"
    best = min(peers, key=lambda peer: float(getattr(peer, count)))
    return f"{getattr(best, count):.{digits}f} {best.peer}"
