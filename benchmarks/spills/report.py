"""What `convopt-bench spills` shows on the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.table import Table

from convopt.benchmarks.reporting.tiles import tile_text
from convopt.benchmarks.spills.stack_traffic import StackTraffic


def traffic_table(found: Sequence[StackTraffic]) -> Table:
    """A line a kernel with stack traffic."""
    title = "vector registers on the stack, in innermost loops"
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    for name in ("target", "network", "layer", "tile"):
        table.add_column(name)
    table.add_column("references", justify="right")
    for one in found:
        tile = tile_text(one.tile)
        table.add_row(one.target, one.layer.network, one.name, tile, str(one.references))
    return table


def summary(found: Sequence[StackTraffic]) -> str:
    """The line below the table."""
    spilling = sum(one.references > 0 for one in found)
    return f"{len(found)} kernels, {spilling} with stack traffic in an innermost loop"
