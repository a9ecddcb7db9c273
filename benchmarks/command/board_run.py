"""`convopt-bench board` on the machine itself: the other subcommands, one after the other."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from convopt.benchmarks.board.description import describe_board
from convopt.benchmarks.command import main
from convopt.benchmarks.layers.tables import table_names
from convopt.cli.messages import EXIT_INTERRUPTED, EXIT_OK, report
from convopt.errors import ConvoptError

NONE = ["none"]


def run_board(arguments: argparse.Namespace) -> int:
    """Run all parts. One that cannot run is named, and the others still do.

    The exit code is that of the last part that did not succeed.
    """
    folder: Path = arguments.out
    _describe(folder / "machine.json")
    code = EXIT_OK
    for part in _parts(arguments):
        try:
            found = main.run(part)
        except ConvoptError as error:
            report(str(error), f"{main.PROGRAM} {part[0]}")
            found = 1
        if found == EXIT_INTERRUPTED:
            return found
        code = found or code
    print(f"results are in {folder}")
    return code


def _parts(arguments: argparse.Namespace) -> Iterator[list[str]]:
    """The subcommands with their arguments."""
    core = [] if arguments.core is None else ["--core", str(arguments.core)]
    options = ["--peers", ",".join(arguments.peers), "--rounds", str(arguments.rounds)]
    yield ["calibrate", *core, *([] if arguments.keep_calibration else ["--dry-run"])]
    if arguments.tables != NONE:
        tables = arguments.tables or list(table_names())
        yield ["layers", *tables, *core, *options, *_files(arguments.out, "layers")]
    if arguments.models != NONE:
        yield ["models", *arguments.models, *options, *_files(arguments.out, "models")]


def _files(folder: Path, name: str) -> list[str]:
    return ["--csv", str(folder / f"{name}.csv"), "--json", str(folder / f"{name}.json")]


def _describe(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(describe_board(), indent=2) + "\n")
    except OSError as error:
        raise ConvoptError(f"cannot write {file}: {error.strerror}") from error
