"""The console entry points: what can be answered at once, then the rest of convopt.

This module and what it imports stay light: `convopt --help`, and a compilation that is in the
cache, must not wait for xDSL and onnx.
"""

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial

from convopt.cli.messages import (
    EXIT_ERROR,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_USAGE,
    report,
    report_traceback,
)
from convopt.errors import ConvoptError, UsageError


def convopt(arguments: Sequence[str] | None = None) -> int:
    """The command `convopt`; its exit code."""
    return _guarded("convopt", _convopt, sys.argv[1:] if arguments is None else arguments)


def convopt_run(arguments: Sequence[str] | None = None) -> int:
    """The command `convopt-run`; its exit code."""
    return _guarded("convopt-run", _convopt_run, sys.argv[1:] if arguments is None else arguments)


def convopt_bench(arguments: Sequence[str] | None = None) -> int:
    """The command `convopt-bench`; its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return _guarded("convopt-bench", _convopt_bench, given)


def _convopt(arguments: Sequence[str]) -> int:
    from convopt.cli.options import parse_options

    options = parse_options(arguments)
    from convopt.cli import emit_model

    if emit_model.emits_model(options):
        return emit_model.run(options)
    from convopt.cli import main

    return main.run(options)


def _convopt_run(arguments: Sequence[str]) -> int:
    from convopt.cli.run_options import parse_run_options

    options = parse_run_options(arguments)
    from convopt.cli.run import run

    return run(options)


def _convopt_bench(arguments: Sequence[str]) -> int:
    from convopt.benchmarks.command.main import run

    return run(arguments)


def _guarded(
    program: str, command: Callable[[Sequence[str]], int], arguments: Sequence[str]
) -> int:
    """Run a command; warnings and errors become one line each, and an exit code."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = partial(_show_warning, program)
            return command(arguments)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else EXIT_OK
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Nobody reads the rest. Python would complain when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except UsageError as error:
        report_traceback(error)
        report(str(error), program)
        return EXIT_USAGE
    except ConvoptError as error:
        report_traceback(error)
        report(*_with_program(str(error), program))
        return EXIT_ERROR
    except Exception as error:
        report_traceback(error)
        hint = "" if os.environ.get("CONVOPT_DEBUG") == "1" else " (CONVOPT_DEBUG=1 shows where)"
        report(f"internal error: {type(error).__name__}: {error}{hint}", program)
        return EXIT_INTERNAL


def _show_warning(program: str, message: Warning | str, *_: object, **__: object) -> None:
    print(f"{program}: warning: {message}", file=sys.stderr)


def _with_program(message: str, program: str) -> tuple[str, str | None]:
    """Messages that start with a place in a file stand alone."""
    return (message, None) if ": error: " in message.partition("\n")[0] else (message, program)
