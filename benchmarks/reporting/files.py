"""Files of records, written as they come."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

from convopt.errors import ConvoptError

Record = dict[str, Any]


@contextmanager
def record_files(
    csv_path: Path | None, json_path: Path | None, fields: Sequence[str], machine: Mapping[str, Any]
) -> Iterator["list[RecordFile]"]:
    """The files that were asked for, open. Raises ConvoptError if one cannot be written."""
    with ExitStack() as stack:
        files: list[RecordFile] = []
        if csv_path:
            files.append(CsvFile(csv_path, fields))
        if json_path:
            files.append(JsonFile(json_path, machine))
        for file in files:
            stack.callback(file.close)
        yield files


class RecordFile(Protocol):
    """Where records go; what was added is in the file when `add` returns."""

    def add(self, new: list[Record]) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """A line a record."""

    def __init__(self, path: Path, fields: Sequence[str]) -> None:
        self._stream = _opened(path)
        self._writer = csv.DictWriter(self._stream, fields)
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
