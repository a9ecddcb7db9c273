"""Reading layer tables, and choosing layers out of them."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from convopt.benchmarks.layer import Layer
from convopt.errors import ConvoptError, UsageError
from convopt.suggestions import did_you_mean

COLUMNS = tuple(field.name for field in fields(Layer))

_FOLDER = Path(__file__).parent
_TEXTS = ("network", "kind")
_SWEEP = re.compile(r"gspc[ _](\d+) ?@(\d+)")


@cache
def table_names() -> tuple[str, ...]:
    """The names of the shipped tables of single layers."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.csv") if _has_layers(path)))


def read_table(name_or_path: str) -> list[Layer]:
    """The layers of a shipped table, or of a CSV file with the same columns; others are ignored.

    Raises UsageError for a name that no table has; ConvoptError, with file and line, for a file
    that cannot be read, lacks a column, or has a row that describes no convolution.
    """
    if name_or_path in table_names():
        return _read(_FOLDER / f"{name_or_path}.csv")
    if not name_or_path.endswith(".csv") and "/" not in name_or_path:
        names = table_names()
        raise UsageError(
            f"unknown table '{name_or_path}': expected a .csv file or one of {', '.join(names)}"
            f"{did_you_mean(name_or_path, names)}"
        )
    return _read(Path(name_or_path))


def layer_class(layer: Layer) -> str:
    """What geometric means are taken over: kind and kernel, such as dw3; a sweep is its own."""
    sweep = _SWEEP.match(layer.network)
    if sweep is not None:
        return f"gspc_{sweep[1]}@{sweep[2]}"
    if layer.kind in ("pw", "dense"):
        return layer.kind
    kernel = str(layer.kh) if layer.kh == layer.kw else f"{layer.kh}x{layer.kw}"
    return f"{layer.kind}{kernel}"


def chosen_layers(layers: Sequence[Layer], patterns: Sequence[str]) -> list[Layer]:
    """The layers whose name, network, kind or class matches a pattern such as `dw3*`; all for none.

    Raises UsageError if none does.
    """
    if not patterns:
        return list(layers)
    chosen = [layer for layer in layers if any(_matches(layer, one) for one in patterns)]
    if not chosen:
        classes = sorted({layer_class(layer) for layer in layers})
        raise UsageError(
            f"expected layers such as '{layers[0].name}' or classes out of {', '.join(classes)}, "
            f"found none for {', '.join(map(repr, patterns))}"
        )
    return chosen


def _matches(layer: Layer, pattern: str) -> bool:
    words = (layer.name, layer.network, layer.kind, layer_class(layer))
    return any(fnmatchcase(word, pattern) for word in words)


def _has_layers(path: Path) -> bool:
    with path.open(newline="") as stream:
        return set(COLUMNS) <= set(next(csv.reader(stream)))


def _read(path: Path) -> list[Layer]:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            layers = list(_layers(path, stream))
    except OSError as error:
        raise ConvoptError(
            f"expected a readable layer table, found {path}: {error.strerror}"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConvoptError(f"expected a layer table as CSV, found {path}: {error}") from error
    if not layers:
        raise ConvoptError(f"{path}: expected at least one layer, found none")
    return layers


def _layers(path: Path, lines: Iterator[str]) -> Iterator[Layer]:
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ConvoptError(
            f"{path}: expected the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
        )
    for row in reader:
        try:
            texts = {name: _text(name, row[name]) for name in COLUMNS}
            sizes = {name: _size(name, texts[name]) for name in COLUMNS if name not in _TEXTS}
            yield Layer(texts["network"], texts["kind"], **sizes)
        except ConvoptError as error:
            raise ConvoptError(f"{path}:{reader.line_num}: {error}") from error


def _text(name: str, text: str | None) -> str:
    if text is None:
        raise ConvoptError(f"{name}: expected a value, found the end of the line")
    return text


def _size(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConvoptError(f"{name}: expected a whole number, found '{text}'") from None
