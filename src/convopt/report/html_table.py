"""Tables of a report as HTML: their rows can be sorted, parts stay with their row."""

from convopt.report.markup import Markup, shortened, tag, text
from convopt.report.svg_graph import MODULE_COLOURS
from convopt.report.tables import Cell, Column, Row, Table

_MOST_CHARACTERS = {"layer": 46, "layers": 60}
"""Of the columns whose texts may be long."""


def html_table(table: Table) -> Markup:
    """A body for each row, so that sorting moves it with its parts."""
    head = tag("tr", *(_head(column) for column in table.columns))
    bodies = [_body(table.columns, row) for row in table.rows]
    return tag("table", tag("thead", head), *bodies, class_="rows")


def _head(column: Column) -> Markup:
    button = tag("button", text(column.title), type="button")
    style = "text" if column.is_text else None
    return tag("th", button, scope="col", class_=style, title=column.tip or None)


def _body(columns: tuple[Column, ...], row: Row) -> Markup:
    lines = [tag("tr", *map(_cell, columns, row.cells))]
    for part in row.parts:
        lines.append(tag("tr", *map(_cell, columns, part), class_="part"))
    lines += [_note(len(columns), note) for note in row.notes]
    style = None if row.module is None else f"m{row.module % MODULE_COLOURS}"
    return tag("tbody", *lines, class_=style)


def _note(columns: int, note: str) -> Markup:
    wide = tag("td", text(note), colspan=columns - 1, class_="text")
    return tag("tr", tag("td"), wide, class_="note")


def _cell(column: Column, cell: Cell) -> Markup:
    content = shortened(cell.content, _MOST_CHARACTERS.get(column.title, len(cell.content)))
    tip = cell.tip or (cell.content if content != cell.content else "")
    return tag(
        "td",
        text(content),
        class_="text" if column.is_text else None,
        data_v=None if cell.value is None else repr(cell.value),
        title=tip or None,
    )
