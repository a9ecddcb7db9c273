"""Mistakes of the command line, and files that cannot be written, are found before the work."""

import re
from pathlib import Path

from convopt.backends.targets import cpu_target, load_target, target_names
from convopt.backends.targets.cuda import CUDA, is_cuda
from convopt.backends.targets.loading import HOST
from convopt.cli.options import COMPANIONS, TEXT_KINDS, Options
from convopt.cli.outputs import STDOUT, check_writable
from convopt.emit_kinds import BUNDLE, check_kind
from convopt.errors import UsageError
from convopt.precision import F32, check_precision
from convopt.suggestions import did_you_mean


def check_options(options: Options) -> None:
    """Raise UsageError for options that do not go together, ConvoptError for outputs."""
    if options.run_reproducer and (options.passes or options.pipeline):
        raise UsageError("--run-reproducer brings its own passes: leave out -p and --pipeline")
    if options.passes is not None and options.pipeline is not None:
        raise UsageError("expected one of -p and --pipeline, found both")
    if options.split_input_file and options.emit not in TEXT_KINDS:
        raise UsageError(f"--split-input-file works with {', '.join(TEXT_KINDS)}")
    if options.writes_companions and Path(options.output).suffix in COMPANIONS.values():
        raise UsageError(f"expected an object file such as model.o, found {options.output}")
    if options.emit == BUNDLE and Path(options.output).suffix != ".json":
        raise UsageError(f"--emit=bundle: expected -o NAME.json, found -o {options.output}")
    if options.shows_plan:
        _check_plan(options)
    _check_filter(options.remarks_filter)
    check_target(options.target)
    check_kind(options.emit, options.target)
    if options.precision != F32:
        _check_precision(options)
    if options.shows_plan and options.target is not None:
        cpu_target(options.target)
    for path in (options.output, options.crash_reproducer, options.remarks_output_file):
        if path is not None:
            check_writable(path)


def _check_precision(options: Options) -> None:
    """Passes that the user names have options of their own for it."""
    if options.has_passes:
        raise UsageError("--precision chooses passes: leave out -p, --pipeline, --run-reproducer")
    if options.emit == "mlir" and not options.shows_plan:
        raise UsageError("--precision is for code: expected --emit, for example --emit=cuda")
    check_precision(options.precision, load_target(options.target or HOST))


def _check_plan(options: Options) -> None:
    """The plan is a result of its own."""
    asked = "--plan" if options.report is None else "--report"
    if options.emit != "mlir" or options.output != STDOUT:
        raise UsageError(f"{asked} shows the plan in place of IR or code: leave out --emit and -o")
    if options.split_input_file or options.verify_diagnostics:
        raise UsageError(f"{asked} is for one model: leave out --split-input-file and the like")
    if options.report is not None:
        from convopt.report.files import check_report_path

        check_report_path(options.report)


def check_target(name: str | None) -> None:
    """Raise UsageError for an unknown name, ConvoptError for a bad file and a GPU that is not
    there."""
    if name is None or name == HOST:
        return
    is_file = name.endswith(".toml") or "/" in name
    if not is_file and not is_cuda(name) and name not in target_names():
        known = [*target_names(), CUDA]
        raise UsageError(
            f"unknown target '{name}': expected a .toml file or one of {', '.join(known)}"
            f"{did_you_mean(name, known)}"
        )
    load_target(name)


def _check_filter(text: str | None) -> None:
    try:
        re.compile(text or "")
    except re.error as error:
        raise UsageError(f"--remarks-filter: '{text}' is no regular expression: {error}") from error
