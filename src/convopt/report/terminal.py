"""A report on the terminal: the tables of the page, and what drawings show as numbers."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from convopt.report.numbers import change_text, size_text, time_text
from convopt.report.records import Report
from convopt.report.summary import summary
from convopt.report.svg_bars import OPERANDS
from convopt.report.tables import Cell, Table, layer_table, module_table

WIDE = 400
"""Columns where nobody looks at a terminal: no cell is cut."""


def print_report(report: Report, console: Console) -> None:
    """Everything but the drawings; names are cut to the width of the console."""
    _heading(console, report)
    _print(console, "Layers", layer_table(report))
    for kernel in report.kernels:
        for remark in kernel.remarks:
            console.print(f"{kernel.number:>5}  {remark}", markup=False)
    if report.modules:
        _print(console, "Fused modules", module_table(report))
    _traffic(console, report)
    _phases(console, report)


def _heading(console: Console, report: Report) -> None:
    console.print(f"[bold]{escape(report.model)}[/bold] for {escape(report.target_name)}")
    for tensor in report.inputs:
        console.print(f"  input {tensor.name}: {tensor.shape}", markup=False)
    for tensor in report.outputs:
        console.print(f"  output {tensor.name}: {tensor.shape}", markup=False)
    for line in (*report.partition.splitlines(), *report.notes):
        console.print(f"  {line}", markup=False)
    figures = "; ".join(f"{name} {value}" for name, value in report.target)
    console.print(f"  {figures}", markup=False)
    for name, value, more in summary(report):
        console.print(f"{name:>18}  {value}{f' ({more})' if more else ''}", markup=False)


def _print(console: Console, title: str, table: Table) -> None:
    """Numbers are never cut, long texts share what they leave."""
    is_cut = console.width < WIDE
    shown = _table(title)
    shown.expand = is_cut
    lines = [line for row in table.rows for line in (row.cells, *row.parts)]
    for index, column in enumerate(table.columns):
        words = column.title.split()
        shown.add_column(
            "\n".join(words),
            justify="left" if column.is_text else "right",
            ratio=column.room if column.room and is_cut else None,
            min_width=None if column.room else _width(lines, index, words),
            no_wrap=True,
        )
    for row in table.rows:
        shown.add_row(*_texts(row.cells))
        for part in row.parts:
            shown.add_row(*_texts(part), style="dim")
    console.print(shown)


def _table(title: str) -> RichTable:
    return RichTable(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE, pad_edge=False
    )


def _width(lines: list[tuple[Cell, ...]], index: int, words: list[str]) -> int:
    return max(len(each) for each in (*words, *(line[index].content for line in lines)))


def _texts(cells: tuple[Cell, ...]) -> list[str]:
    return [escape(cell.content) for cell in cells]


def _traffic(console: Console, report: Report) -> None:
    totals = report.totals
    before, after = totals.unfused.beyond_l2, totals.planned.beyond_l2
    shown = _table("Traffic beyond L2")
    for name in ("", *OPERANDS, "total"):
        shown.add_column(name, justify="right" if name else "left")
    rows = {"unfused": before, "as planned": after} if report.modules else {"as planned": after}
    for name, traffic in rows.items():
        sizes = [size_text(getattr(traffic, operand)) for operand in (*OPERANDS, "total")]
        shown.add_row(name, *sizes)
    if report.modules:
        shown.add_row("change", *[""] * len(OPERANDS), change_text(before.total, after.total))
    console.print(shown)


def _phases(console: Console, report: Report) -> None:
    shown = _table("Compile time")
    shown.add_column("phase")
    shown.add_column("time", justify="right")
    for phase in report.phases:
        shown.add_row(escape(phase.name), time_text(phase.seconds))
    console.print(shown)
