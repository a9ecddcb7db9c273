"""The tables of a report as cells: the page and the terminal show the same ones."""

from dataclasses import dataclass, replace

from convopt.report.names import compact_name, shape_text
from convopt.report.numbers import change_text, megabytes, millions, milliseconds, percent
from convopt.report.records import Kernel, Layer, Report


@dataclass(frozen=True)
class Cell:
    """`value` sorts the column, where it is a number; `tip` says more."""

    content: str
    value: float | None = None
    tip: str = ""


@dataclass(frozen=True)
class Column:
    """`is_text`: to the left. `room`: its part of what a narrow terminal has left for texts that
    are cut; 0 for what is never cut."""

    title: str
    is_text: bool = False
    tip: str = ""
    room: int = 0


@dataclass(frozen=True)
class Row:
    """`parts` and lines of `notes` stay below the row when the table is sorted.

    `module`: which fused module it is about, from 0.
    """

    cells: tuple[Cell, ...]
    parts: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[str, ...] = ()
    module: int | None = None


@dataclass(frozen=True)
class Table:
    """Columns, and rows with a cell for each."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


_EMPTY = Cell("")

LAYER_COLUMNS = (
    Column("#"),
    Column("layer", True, room=4),
    Column("kind", True, room=3),
    Column("shape", True, "first operand and result, without a batch of one", room=4),
    Column("MMACs", tip="millions of multiply-adds"),
    Column("MB", tip="operands and result, once"),
    Column("MB beyond L2", tip="what L2 fetches, by the model"),
    Column(
        "tile",
        True,
        "rotate, strip: rows x columns; broadcast: pixels x vectors; pairs: pixels",
        room=3,
    ),
    Column("fused into", True),
    Column("predicted ms", tip="by the memory model, weights cold"),
    Column("measured ms", tip="median on one thread"),
    Column("roofline", tip="the least time that peak and bandwidths allow, as part of the time"),
)

MODULE_COLUMNS = (
    Column("module", True),
    Column("layers", True, room=3),
    Column("schedule", True, room=1),
    Column("ms unfused", tip="predicted, each layer with its own best schedule"),
    Column("ms fused", tip="predicted"),
    Column("time"),
    Column("measured ms"),
    Column("MB unfused", tip="beyond L2"),
    Column("MB fused", tip="beyond L2"),
    Column("traffic"),
)


def layer_table(report: Report) -> Table:
    """A row for each kernel, with the stages of fused modules and remarks below theirs.

    Columns without anything in them are left out: times that were not measured, modules in a plan
    that has none.
    """
    rows = tuple(_kernel_row(kernel) for kernel in report.kernels)
    wanted = {"measured ms": report.is_measured, "fused into": bool(report.modules)}
    return _without(Table(LAYER_COLUMNS, rows), {name for name, kept in wanted.items() if not kept})


def module_table(report: Report) -> Table:
    """A row for each fused module: unfused against fused."""
    rows = tuple(_module_row(kernel) for kernel in report.modules)
    unwanted = set() if report.is_measured else {"measured ms"}
    return _without(Table(MODULE_COLUMNS, rows), unwanted)


def _without(table: Table, titles: set[str]) -> Table:
    kept = [index for index, column in enumerate(table.columns) if column.title not in titles]

    def pick(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(cells[index] for index in kept)

    rows = tuple(
        replace(row, cells=pick(row.cells), parts=tuple(map(pick, row.parts))) for row in table.rows
    )
    return Table(tuple(table.columns[index] for index in kept), rows)


def _kernel_row(kernel: Kernel) -> Row:
    share = kernel.roofline_share
    measured = kernel.measured_seconds
    cells = _layer_cells(
        Cell(str(kernel.number), kernel.number),
        kernel.layer,
        Cell(kernel.module),
        measured=_EMPTY if measured is None else _milliseconds(measured),
        share=Cell(percent(share), share) if share else _EMPTY,
        in_onnxruntime=kernel.in_onnxruntime,
    )
    parts = tuple(
        _layer_cells(Cell(f"{kernel.number}.{number}"), stage, Cell(kernel.module))
        for number, stage in enumerate(kernel.stages, start=1)
    )
    module = int(kernel.module[1:]) - 1 if kernel.module else None
    return Row(cells, parts, kernel.remarks, module)


def _layer_cells(
    number: Cell,
    layer: Layer,
    module: Cell,
    *,
    measured: Cell = _EMPTY,
    share: Cell = _EMPTY,
    in_onnxruntime: bool = False,
) -> tuple[Cell, ...]:
    if in_onnxruntime:
        unknown = (_EMPTY,) * 7
        return number, Cell(layer.name), Cell(layer.kind), *unknown, measured, share
    shapes = " → ".join(map(shape_text, layer.shapes))
    far = layer.costs.beyond_l2.total
    return (
        number,
        Cell(compact_name(layer.name), tip=layer.name),
        Cell(layer.kind),
        Cell(shapes),
        Cell(millions(layer.macs), layer.macs) if layer.macs else _EMPTY,
        Cell(megabytes(layer.bytes), layer.bytes),
        Cell(megabytes(far), far),
        Cell(layer.tile, tip=layer.schedule),
        module,
        _milliseconds(layer.costs.seconds),
        measured,
        share,
    )


def _module_row(kernel: Kernel) -> Row:
    before, after = kernel.alone, kernel.layer.costs
    measured = kernel.measured_seconds
    far = (before.beyond_l2.total, after.beyond_l2.total)
    return Row(
        (
            Cell(kernel.module, int(kernel.module[1:])),
            Cell(", ".join(compact_name(stage.name) for stage in kernel.stages)),
            Cell(kernel.layer.tile, tip=kernel.layer.schedule),
            _milliseconds(before.seconds),
            _milliseconds(after.seconds),
            _change(before.seconds, after.seconds),
            _EMPTY if measured is None else _milliseconds(measured),
            Cell(megabytes(far[0]), far[0]),
            Cell(megabytes(far[1]), far[1]),
            _change(*far),
        ),
        module=int(kernel.module[1:]) - 1,
    )


def _milliseconds(seconds: float) -> Cell:
    return Cell(milliseconds(seconds), seconds)


def _change(before: float, after: float) -> Cell:
    return Cell(change_text(before, after), after / before if before else None)
