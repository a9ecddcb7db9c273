"""Error lines on standard error."""

import os
import sys
import traceback

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130

_RED = "\x1b[1;31m"
_RESET = "\x1b[0m"


def report(message: str, program: str | None = None) -> None:
    """Print one error; `program` stands before messages that name no place in a file."""
    prefix = "" if program is None else f"{program}: error: "
    print(_coloured(prefix + message.strip()), file=sys.stderr)


def report_traceback(error: BaseException) -> None:
    """Print the traceback of an error, for people who set CONVOPT_DEBUG=1."""
    if os.environ.get("CONVOPT_DEBUG") == "1":
        traceback.print_exception(error)


def _coloured(line: str) -> str:
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return line
    return line.replace("error:", f"{_RED}error:{_RESET}", 1)
