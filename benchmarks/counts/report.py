"""What `convopt-bench counts` shows on the terminal."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.counts.measurement import LayerCounts
from convopt.benchmarks.counts.published import METHOD
from convopt.benchmarks.counts.search import Search
from convopt.benchmarks.counts.tables import (
    counts_table,
    hot_table,
    peers_table,
    search_table,
    totals_table,
)
from convopt.benchmarks.layer import Layer
from convopt.benchmarks.reporting.tiles import tile_text

_FILE_WIDTH = 160
"""Columns where the output is no terminal: no cell is cut off."""

Item = TypeVar("Item")


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """The items, with a progress bar on standard error while that is a terminal."""
    console = Console(stderr=True)
    return track(items, title, console=console, transient=True, disable=not console.is_terminal)


def print_counts(found: Sequence[LayerCounts], target: CpuTarget, about_cycles: str) -> None:
    """The tables, with what their columns mean."""
    if not found:
        return
    console = wide_console()
    title = f"Counts for {target.name}, own layout, per multiply-add"
    console.print(counts_table(found, title))
    console.print("best peer: published counts. floor: every tensor once.\n", highlight=False)
    console.print(totals_table(found))
    console.print(hot_table(found))
    console.print(
        "stack: loads and stores relative to the stack pointer. cycles/Q-FMLA: for four "
        f"multiply-adds ({about_cycles}).\n",
        highlight=False,
    )
    peers = peers_table([counts.layer for counts in found if counts.gradient is None])
    if peers.row_count:
        console.print(peers)
        console.print(METHOD, highlight=False)


def print_hot_code(found: Sequence[LayerCounts]) -> None:
    """The assembly of each hottest block."""
    console = wide_console()
    for counts in found:
        console.print(f"\n{counts.name}, hottest block:", style="bold", highlight=False)
        console.print("\n".join(counts.hot_instructions), highlight=False, markup=False)


def print_search(layer: Layer, search: Search) -> None:
    """The tiles of a layer that were tried."""
    if not search.tried:
        return
    console = wide_console()
    console.print(search_table(layer, search))
    if search.distance is not None:
        console.print(
            f"* {tile_text(search.chosen)} is chosen: {search.distance:.1%} more instructions than "
            "the best.\n",
            highlight=False,
        )


def wide_console() -> Console:
    """Standard output, wide enough for every cell where it is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)
