"""Savings as tables for the terminal."""

from collections.abc import Sequence
from statistics import median

from rich import box
from rich.table import Table

from convopt.benchmarks.traffic.saving import Saving

HEADLINE = "up to 83 % of memory accesses on GPUs (FusePlanner, arXiv 2404.19331)"
FILE_WIDTH = 200
"""Columns where the output is no terminal: no cell is cut off."""
MOST_DETAILED = 2
"""Targets of which a line of the pairs' table has room for bytes."""


def pairs_table(savings: Sequence[Saving], title: str) -> Table:
    """A line a pair and network, a column a target; bytes too where targets are few."""
    targets = list(dict.fromkeys(saving.target for saving in savings))
    cells = {(each.network, each.name, each.target): each for each in savings}
    table = _table(title)
    table.add_column("pair", no_wrap=True)
    table.add_column("network", no_wrap=True)
    for target in targets:
        if len(targets) <= MOST_DETAILED:
            table.add_column(f"{target}: MB apart", justify="right")
            table.add_column("fused", justify="right")
            table.add_column("saved", justify="right")
        else:
            table.add_column(target, justify="right")
    for network, name in dict.fromkeys((each.network, each.name) for each in savings):
        row = [cells.get((network, name, target)) for target in targets]
        table.add_row(name, network, *_cells(row, is_detailed=len(targets) <= MOST_DETAILED))
    return table


def networks_table(savings: Sequence[Saving], title: str) -> Table:
    """A line a network and target."""
    table = _table(title)
    for name in ("network", "target"):
        table.add_column(name)
    for name in ("MB apart", "fused", "saved", "modules"):
        table.add_column(name, justify="right")
    for each in savings:
        table.add_row(
            each.name,
            each.target,
            _megabytes(each.apart_bytes),
            _megabytes(each.fused_bytes),
            _percent(each.share),
            str(each.modules),
        )
    return table


def headline_line(savings: Sequence[Saving], machines: str) -> str:
    """The pair that saves most and what is usual, of those that the planner fuses."""
    chosen = [each for each in savings if each.is_chosen]
    if not chosen:
        return f"{machines}: the planner fuses none of {len(savings)} pairs and targets"
    most = max(chosen, key=lambda each: each.share)
    return (
        f"{machines}: of {len(savings)} pairs and targets the planner fuses {len(chosen)}, which "
        f"saves {_percent(median(each.share for each in chosen))} (median) and at most "
        f"{_percent(most.share)} ({most.name}, {most.target})"
    )


def _cells(row: Sequence[Saving | None], *, is_detailed: bool) -> list[str]:
    cells: list[str] = []
    for each in row:
        if each is None:
            cells += ["-"] * (3 if is_detailed else 1)
            continue
        if is_detailed:
            cells += [_megabytes(each.apart_bytes), _megabytes(each.fused_bytes)]
        share = _percent(each.share)
        cells.append(share if each.is_chosen else f"({share})")
    return cells


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
