"""Rows as flat records, written to files as they come."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO

from convopt.benchmarks.layers.tables import layer_class
from convopt.benchmarks.measuring.results import Cell, LayerRow
from convopt.errors import ConvoptError

Record = dict[str, Any]

FIELDS = (
    "table",
    "network",
    "layer",
    "class",
    "count",
    "macs",
    "bytes",
    "limit_us",
    "bound",
    "peer",
    "version",
    "layout",
    "median_us",
    "min_us",
    "gflops",
    "share_of_limit",
    "peak_gflops",
    "samples",
    "relative_error",
    "note",
)
"""One record a library, layout and layer. `limit_us` is at the speed at which the limits were
measured, `share_of_limit` a median against the limit at the clock's speed beside each sample."""


def records(row: LayerRow, versions: Mapping[str, str]) -> Iterator[Record]:
    """A record for every cell; None where there is no number."""
    layer = row.layer
    common = {
        "table": row.table,
        "network": layer.network,
        "layer": layer.name,
        "class": layer_class(layer),
        "count": layer.count,
        "macs": layer.macs,
        "bytes": layer.bytes,
        "limit_us": 1e6 * row.limit.seconds,
        "bound": row.limit.bound,
    }
    for cell in row.cells:
        yield common | _cell_fields(cell, layer.macs) | {"version": versions[cell.peer]}


def _cell_fields(cell: Cell, macs: int) -> Record:
    found = cell.timing
    return {
        "peer": cell.peer,
        "layout": str(cell.layout),
        "median_us": found and 1e6 * found.median_seconds,
        "min_us": found and 1e6 * found.min_seconds,
        "gflops": found and 2e-9 * macs / found.median_seconds,
        "share_of_limit": found and found.share,
        "peak_gflops": found and found.peak_gflops,
        "samples": found and found.samples,
        "relative_error": cell.error,
        "note": cell.note,
    }


class RecordFile(Protocol):
    """Where records go; what was added is in the file when `add` returns."""

    def add(self, new: list[Record]) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """A line a record."""

    def __init__(self, path: Path) -> None:
        self._stream = _opened(path)
        self._writer = csv.DictWriter(self._stream, FIELDS)
        self._writer.writeheader()
        self._stream.flush()

    def add(self, new: list[Record]) -> None:
        self._writer.writerows(new)
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()


class JsonFile:
    """One object: `machine`, and the list `rows`; complete after every row."""

    def __init__(self, path: Path, machine: Mapping[str, Any]) -> None:
        self._stream = _opened(path)
        self._machine = machine
        self._rows: list[Record] = []
        self.add([])

    def add(self, new: list[Record]) -> None:
        self._rows += new
        text = json.dumps({"machine": self._machine, "rows": self._rows}, indent=2)
        self._stream.seek(0)
        self._stream.write(text + "\n")
        self._stream.truncate()
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise ConvoptError(f"cannot write {path}: {error.strerror}") from error
