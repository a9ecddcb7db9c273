"""Reading the table of modules, and choosing modules out of it.

A line gives name, group, channels and size (height and width) of the input, and stages such as
`pw 144 relu6 > dw3 s2 relu6 > pw 24`: a depthwise convolution says its odd kernel size and, where
that is not 1, its stride; a pointwise one its output channels. Padding is half the kernel. `add` at
the end adds the module's input.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from convopt.benchmarks.layer import Layer
from convopt.benchmarks.module import Module, Stage
from convopt.errors import ConvoptError, UsageError
from convopt.suggestions import did_you_mean

COLUMNS = ("name", "group", "channels", "size", "stages")

_TABLE = Path(__file__).parent / "modules.csv"
_ADD = "add"
_STAGE = re.compile(
    r"(?:dw(?P<kernel>\d*[13579])|pw (?P<channels>[1-9]\d*))"
    r"(?: s(?P<stride>[1-9]\d*))?(?P<relu6> relu6)?"
)


def read_modules(path: Path = _TABLE) -> list[Module]:
    """The modules of the shipped table, or of a CSV file with the same columns.

    Raises ConvoptError, with file and line, for a file that cannot be read, lacks a column, or has
    a row that describes no module.
    """
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            modules = list(_modules(path, stream))
    except OSError as error:
        raise ConvoptError(
            f"expected a readable table of modules, found {path}: {error.strerror}"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConvoptError(f"expected a table of modules as CSV, found {path}: {error}") from error
    if not modules:
        raise ConvoptError(f"{path}: expected at least one module, found none")
    return modules


def chosen_modules(words: Sequence[str]) -> list[Module]:
    """Modules by name or pattern such as `invres*`, and all of the .csv files named; all shipped
    ones for no words.

    Raises UsageError for a name that no module has, ConvoptError as `read_modules` does.
    """
    found = [module for word in words for module in _chosen(word)] if words else read_modules()
    return list(dict.fromkeys(found))


def _chosen(word: str) -> list[Module]:
    if word.endswith(".csv"):
        return read_modules(Path(word))
    shipped = read_modules()
    found = [module for module in shipped if fnmatchcase(module.name, word)]
    if found:
        return found
    names = [module.name for module in shipped]
    expected = f"expected a .csv file or one of {', '.join(names)}"
    raise UsageError(f"unknown module '{word}': {expected}{did_you_mean(word, names)}")


def _modules(path: Path, lines: Iterator[str]) -> Iterator[Module]:
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ConvoptError(
            f"{path}: expected the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
        )
    for row in reader:
        try:
            yield _module(row)
        except ConvoptError as error:
            raise ConvoptError(f"{path}:{reader.line_num}: {error}") from error


def _module(row: dict[str, str | None]) -> Module:
    texts = {name: row[name] or "" for name in COLUMNS}
    channels, size = (_number(name, texts[name]) for name in ("channels", "size"))
    words = [" ".join(part.split()) for part in texts["stages"].split(">")]
    adds_input = words[-1] == _ADD
    stages: list[Stage] = []
    shape = (1, channels, size, size)
    for word in words[:-1] if adds_input else words:
        stages.append(_stage(word, shape))
        shape = stages[-1].layer.output_shape
    return Module(texts["name"], texts["group"], tuple(stages), adds_input)


def _stage(word: str, shape: tuple[int, int, int, int]) -> Stage:
    """The convolution of that description which reads an input of `shape`."""
    matched = _STAGE.fullmatch(word)
    if matched is None:
        raise ConvoptError(
            f"stages: expected such as 'dw3 s2 relu6', 'pw 144 relu6' or, at the end, 'add', "
            f"found '{word}'"
        )
    _, channels, height, width = shape
    is_depthwise = matched["kernel"] is not None
    kernel, stride = int(matched["kernel"] or 1), int(matched["stride"] or 1)
    pad = kernel // 2
    layer = Layer(
        "",
        "dw" if is_depthwise else "pw",
        *(channels, height, width, channels if is_depthwise else int(matched["channels"])),
        *(kernel, kernel, stride, stride),
        *(pad, pad, pad, pad),
        dilation=1,
        groups=channels if is_depthwise else 1,
        count=1,
    )
    return Stage(layer, matched["relu6"] is not None)


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConvoptError(f"{name}: expected a whole number, found '{text}'") from None
