"""A report as a file: a page or JSON, by its suffix."""

from collections.abc import Callable
from os import PathLike, fspath
from pathlib import Path

from convopt.cli.outputs import check_writable, write_files
from convopt.errors import UsageError
from convopt.report.json_text import json_text
from convopt.report.page import page
from convopt.report.records import Report

_WRITERS: dict[str, Callable[[Report], str]] = {".html": page, ".json": json_text}


def check_report_path(path: str | PathLike[str]) -> None:
    """Raise UsageError for an unknown suffix, ConvoptError for what cannot be written."""
    if Path(path).suffix not in _WRITERS:
        raise UsageError(
            f"expected a report that ends in {' or '.join(_WRITERS)}, found {fspath(path)}"
        )
    check_writable(fspath(path))


def write_report(path: str | PathLike[str], report: Report) -> None:
    """Write all of it or nothing."""
    write_files({Path(path): _WRITERS[Path(path).suffix](report)})
