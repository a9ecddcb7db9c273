"""Predicted and measured times as tables for the terminal."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from convopt.benchmarks.prediction.prediction import PARTS
from convopt.benchmarks.prediction.results import (
    Agreement,
    Judged,
    agreement,
    by_bound,
    by_kind,
    by_table,
)

WORST = 12
"""How many of the cases furthest off are named."""


def case_table(cases: Sequence[Judged], title: str) -> Table:
    """A line a case; times in microseconds, with the time that each part is busy."""
    table = _table(title)
    for name in ("case", "kind"):
        table.add_column(name)
    for name in ("measured", "predicted", "error", *PARTS):
        table.add_column(name, justify="right")
    for each in cases:
        found = each.predicted
        table.add_row(
            each.case.name,
            each.case.kind,
            f"{1e6 * each.measured.seconds:.2f}",
            f"{1e6 * found.seconds:.2f}",
            f"{each.error:+.0%}",
            *(f"{1e6 * found.part(part):.2f}" for part in PARTS),
        )
    return table


def worst_table(cases: Sequence[Judged]) -> Table:
    """The cases furthest off."""
    worst = sorted(cases, key=lambda each: -abs(each.error))[:WORST]
    return case_table(worst, f"furthest off: {len(worst)} of {len(cases)}")


def agreement_tables(cases: Sequence[Judged]) -> list[Table]:
    """By kind, by table of layers, and by what decides."""
    groups = {"by kind": by_kind, "by table": by_table, "by what decides": by_bound}
    return [_agreement_table(title, found(cases)) for title, found in groups.items()]


def agreement_line(cases: Sequence[Judged]) -> str:
    """All cases in one line."""
    found = agreement("all", cases)
    return (
        f"{found.cases} cases: rank correlation {_correlation(found)}, "
        f"mean error {found.mean_error:.1%}, mean of signed errors {found.bias:+.1%}"
    )


def disturbed_line(cases: Sequence[Judged]) -> str | None:
    """How many times are not to be trusted; None if all are."""
    disturbed = sum(each.measured.undisturbed == 0 for each in cases)
    if not disturbed:
        return None
    return f"{disturbed} of {len(cases)} cases were disturbed whenever they were timed"


def _agreement_table(title: str, groups: Sequence[Agreement]) -> Table:
    table = _table(title)
    table.add_column("")
    for name in ("cases", "rank correlation", "mean error", "signed", "worst"):
        table.add_column(name, justify="right")
    table.add_column("worst case")
    for group in groups:
        table.add_row(
            group.name,
            str(group.cases),
            _correlation(group),
            f"{group.mean_error:.1%}",
            f"{group.bias:+.1%}",
            f"{group.worst.error:+.0%}",
            group.worst.case.name,
        )
    return table


def _correlation(group: Agreement) -> str:
    return "-" if group.correlation is None else f"{group.correlation:.3f}"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
