"""Times of tiles as tables for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from convopt.backends.targets import CpuTarget
from convopt.benchmarks.reporting.tiles import sizes_text, tile_text
from convopt.benchmarks.search.results import LayerSearch, class_distances

ALLOWED = 0.08
"""How far the chosen tile may be from the best."""


def search_table(search: LayerSearch, target: CpuTarget) -> Table:
    """The tiles, best first; the chosen one is marked. Tiles of the same code share a line,
    the others by rows, columns and vectors."""
    count = sum(len(one.candidates) for one in search.tried)
    table = Table(
        title=f"{search.layer.name}: {len(search.tried)} codes of {count} legal tiles",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("")
    table.add_column("tile", no_wrap=True)
    for name in ("us", "above best", "median us", "of limit", "model us"):
        table.add_column(name, justify="right")
    table.add_column("same code")
    for one in search.ranked:
        first, *others = (candidate.tile for candidate in one.candidates)
        predicted = one.candidates[0].predicted_cycles / target.frequency_ghz / 1e3
        table.add_row(
            "*" if search.is_chosen(one) else "",
            tile_text(first),
            f"{1e6 * one.timing.min_seconds:.2f}",
            f"{search.above_best(one):.1%}",
            f"{1e6 * one.timing.median_seconds:.2f}",
            f"{one.timing.share:.0%}",
            f"{predicted:.2f}",
            ", ".join(map(sizes_text, others)),
        )
    return table


def chosen_line(search: LayerSearch) -> str:
    """How far the chosen tile is from the best."""
    return f"* {tile_text(search.chosen)} is chosen: {search.distance:.1%} slower than the best."


def summary_table(searches: Sequence[LayerSearch]) -> Table:
    """How far the chosen tiles are from the best, a line a class."""
    beyond = sum(search.distance > ALLOWED for search in searches)
    table = Table(
        title=f"chosen tile against the best: {beyond} of {len(searches)} layers beyond "
        f"{ALLOWED:.0%}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("class")
    for name in ("layers", "median", "worst"):
        table.add_column(name, justify="right")
    table.add_column("worst layer")
    for one in class_distances(searches):
        table.add_row(
            one.name, str(one.layers), f"{one.median:.1%}", f"{one.worst:.1%}", one.worst_layer
        )
    return table
