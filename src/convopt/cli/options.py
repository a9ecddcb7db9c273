"""The options of `convopt`: parsed before anything heavy is imported."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from convopt.emit_kinds import BUNDLE, GPU_KINDS, KINDS
from convopt.precision import F32, PRECISIONS
from convopt.suggestions import did_you_mean

EMIT_KINDS = (*KINDS, BUNDLE)

TEXT_KINDS = ("mlir", "llvm", "assembly", "header", *GPU_KINDS)
COMPANIONS = {"header": ".h", "weights": ".weights"}
"""What is written beside an object, and its suffix."""

_DESCRIPTION = """\
Read a model (ONNX or MLIR), run passes over it, emit IR or code.

  convopt model.onnx --target=cortex-a76 --emit=object -o model.o
  convopt layer.mlir -p 'conv-specialize,conv-assign-layouts{target=x86-64-v4}'
  convopt model.onnx --pipeline=simplify --remarks=missed
  convopt model.onnx --target=neoverse-n1 --report=plan.html
  convopt model.onnx --target=h200 --emit=bundle -o model.json
"""

_EPILOG = """\
-o model.o with --emit=object writes model.h and model.weights beside it, all three or none.
For GPUs (h200, ..., or cuda: the one of this machine) there is tvmscript, cuda, ptx, launches and
weights; -o model.json with --emit=bundle writes the launches, and model.cu and model.weights beside
them, with nvcc also model.ptx and model.cubin. convopt.gpu.load("model.json") runs them.
IR dumps, timing, statistics and remarks go to standard error.
Exit codes: 0 done, 1 an error in the input, 2 an error on the command line, 70 an error in convopt.
Environment: NO_COLOR, CONVOPT_CACHE_DIR, CONVOPT_DEBUG=1 (tracebacks).
"""

_VALUE_WHEN_BARE = {
    "--timing": "table",
    "--statistics": "table",
    "--remarks": "all",
    "--verify-diagnostics": "all",
}
"""Options whose value may be left out; argparse alone would take the next word for it."""


@dataclass(frozen=True)
class Options:
    """What the user asked of `convopt`; one field an option."""

    input: str
    output: str
    passes: str | None
    pipeline: str | None
    target: str | None
    precision: str
    shapes: tuple[tuple[str, tuple[int, ...]], ...]
    emit: str
    symbol: str | None
    report: str | None
    plan: bool
    cache: bool
    list_passes: bool
    list_pipelines: bool
    list_targets: bool
    help_pass: str | None
    allow_unregistered_dialect: bool
    split_input_file: bool
    verify_diagnostics: str | None
    verify_each: bool | None
    print_op_generic: bool
    print_debuginfo: bool
    elide_larger_than: int | None
    dump_before_all: bool
    dump_after_all: bool
    dump_after_change: bool
    dump_before: tuple[str, ...]
    dump_after: tuple[str, ...]
    dump_directory: str | None
    dump_pass_pipeline: bool
    timing: str | None
    statistics: str | None
    crash_reproducer: str | None
    run_reproducer: bool
    remarks: str | None
    remarks_filter: str | None
    remark_format: str
    remarks_output_file: str | None

    @property
    def has_passes(self) -> bool:
        """Whether the user says which passes run."""
        return self.passes is not None or self.pipeline is not None or self.run_reproducer

    @property
    def shows_plan(self) -> bool:
        """Whether the plan and its costs are shown, in place of IR or code."""
        return self.plan or self.report is not None

    @property
    def writes_companions(self) -> bool:
        """Whether header and weights are written beside an object file."""
        return self.emit == "object" and self.output != "-"

    @property
    def writes_files(self) -> bool:
        """Whether the result is several files."""
        return self.writes_companions or self.emit == BUNDLE

    @property
    def names_dumps(self) -> bool:
        """Whether the user chose the passes around which IR is printed."""
        flags = (self.dump_before_all, self.dump_after_all, self.dump_after_change)
        return any(flags) or bool(self.dump_before or self.dump_after)

    @property
    def wants_dumps(self) -> bool:
        return self.dump_directory is not None or self.names_dumps

    @property
    def is_watching(self) -> bool:
        """Whether anything but the result of the default passes is asked for."""
        asks = (self.list_passes, self.list_pipelines, self.list_targets, self.help_pass)
        reports = (self.timing, self.statistics, self.crash_reproducer, self.dump_pass_pipeline)
        modes = (self.split_input_file, self.verify_diagnostics, self.verify_each)
        more = (self.has_passes, self.shows_plan, self.wants_remarks, self.wants_dumps)
        return any((*asks, *reports, *modes, *more))

    @property
    def wants_remarks(self) -> bool:
        return self.remarks is not None or self.remarks_output_file is not None


class OneLineParser(argparse.ArgumentParser):
    """argparse whose errors are one line, with the nearest known option."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")

    def parse_known(self, arguments: Sequence[str]) -> argparse.Namespace:
        """`parse_args`, but an unknown option gets a suggestion."""
        namespace, unknown = self.parse_known_args(list(arguments))
        if unknown:
            word = unknown[0]
            known = [name for action in self._actions for name in action.option_strings]
            hint = did_you_mean(word.partition("=")[0], known) if word.startswith("-") else ""
            kind = "unknown option" if word.startswith("-") else "unexpected argument"
            self.error(f"{kind} '{word}'{hint}")
        return namespace


def parse_options(arguments: Sequence[str]) -> Options:
    """The options on the command line; exits with 2 for a mistake and 0 for --help."""
    namespace = _parser().parse_known(fill_bare_options(arguments, _VALUE_WHEN_BARE))
    fields = vars(namespace)
    for name in ("shapes", "dump_before", "dump_after"):
        fields[name] = tuple(fields[name])
    return Options(**fields)


def fill_bare_options(arguments: Sequence[str], values: dict[str, str]) -> list[str]:
    """`--timing` becomes `--timing=table`, so that it does not swallow the word after it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    filled = [f"{word}={values[word]}" if word in values else word for word in arguments[:end]]
    return [*filled, *arguments[end:]]


def one_of(*known: str) -> "type[str]":
    """An argparse type that accepts some words and suggests the nearest for others."""

    def check(word: str) -> str:
        if word not in known:
            message = f"expected one of {', '.join(known)}; found '{word}'"
            raise argparse.ArgumentTypeError(f"{message}{did_you_mean(word, known)}")
        return word

    return check  # type: ignore[return-value]


def shape_argument(text: str) -> tuple[str, tuple[int, ...]]:
    """`image=1x3x224x224`."""
    name, separator, extents = text.rpartition("=")
    sizes = extents.split("x")
    if not (separator and name and all(size.isdecimal() and int(size) > 0 for size in sizes)):
        expected = "expected NAME=1x3x224x224 with sizes of at least 1"
        raise argparse.ArgumentTypeError(f"{expected}; found '{text}'")
    return name, tuple(map(int, sizes))


def count_argument(text: str) -> int:
    """A number of at least 1."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a number of at least 1, found '{text}'")
    return int(text)


def add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", action=_Version, help="print the versions and exit")


def add_precision(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--precision",
        type=one_of(*PRECISIONS),
        default=F32,
        metavar="NAME",
        help=f"one of {', '.join(PRECISIONS)} (default f32); for GPUs",
    )


class _Version(argparse.Action):
    def __init__(self, option_strings: list[str], dest: str, help: str):
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"{parser.prog} {version('convopt')} (xdsl {version('xdsl')})")
        sys.exit(0)


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="convopt",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_version(parser)
    _add_input_and_output(parser.add_argument_group("input and output"))
    _add_passes(parser.add_argument_group("passes"))
    _add_text(parser.add_argument_group("reading and printing MLIR"))
    _add_dumps(parser.add_argument_group("looking at passes (on standard error)"))
    _add_remarks(parser.add_argument_group("remarks"))
    return parser


_Group = argparse._ArgumentGroup


def _add_input_and_output(group: _Group) -> None:
    group.add_argument(
        "input", nargs="?", default="-", metavar="FILE", help="model.onnx, MLIR text, or -"
    )
    group.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="written only on success; - is stdout"
    )
    group.add_argument(
        "--emit",
        type=one_of(*EMIT_KINDS),
        default="mlir",
        metavar="KIND",
        help=f"one of {', '.join(EMIT_KINDS)} (default mlir)",
    )
    group.add_argument("--target", metavar="NAME", help="a target or a target file (default host)")
    add_precision(group)
    group.add_argument("--symbol", metavar="NAME", help="the entry's name in emitted code")
    group.add_argument(
        "--report",
        metavar="FILE",
        help="what was planned and what it costs, as a page (.html) or numbers (.json); for the "
        "host with measured times",
    )
    group.add_argument("--plan", action="store_true", help="the same on the terminal")
    group.add_argument(
        "--shape",
        dest="shapes",
        action="append",
        default=[],
        type=shape_argument,
        metavar="NAME=1x3x224x224",
        help="the shape of an input, for models that leave it open; repeatable",
    )
    group.add_argument(
        "--no-cache", dest="cache", action="store_false", help="neither read nor write the cache"
    )
    group.add_argument("--list-targets", action="store_true", help="print the targets and exit")


def _add_passes(group: _Group) -> None:
    group.add_argument(
        "-p",
        "--passes",
        "--pass-pipeline",
        metavar="PIPELINE",
        help="'a,b{x=1}' or 'builtin.module(a,b{x=1})'",
    )
    group.add_argument("--pipeline", metavar="NAME", help="a named pipeline")
    group.add_argument("--list-passes", action="store_true", help="print the passes and exit")
    group.add_argument("--list-pipelines", action="store_true", help="print the named pipelines")
    group.add_argument("--help-pass", metavar="NAME", help="explain a pass and exit")
    group.add_argument(
        "--verify-each",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="check the IR after each pass (default: when passes are named)",
    )
    group.add_argument(
        "--crash-reproducer",
        metavar="FILE",
        help="when a pass fails, write the IR before it and its pipeline",
    )
    group.add_argument(
        "--run-reproducer", action="store_true", help="run the pipeline in the input's first line"
    )


def _add_text(group: _Group) -> None:
    group.add_argument("--allow-unregistered-dialect", action="store_true")
    group.add_argument(
        "--split-input-file", action="store_true", help="lines '// -----' separate modules"
    )
    group.add_argument(
        "--verify-diagnostics",
        type=one_of("all", "only-expected"),
        metavar="all|only-expected",
        help="check diagnostics against '// expected-error {{text}}' comments",
    )
    group.add_argument("--print-op-generic", action="store_true")
    group.add_argument("--print-debuginfo", action="store_true", help="print source locations")
    group.add_argument(
        "--elide-elementsattrs-if-larger",
        dest="elide_larger_than",
        type=int,
        metavar="N",
        help="leave out constants of more elements (default: never; 16 in dumps)",
    )


def _add_dumps(group: _Group) -> None:
    group.add_argument("--print-ir-before-all", dest="dump_before_all", action="store_true")
    group.add_argument("--print-ir-after-all", dest="dump_after_all", action="store_true")
    group.add_argument(
        "--print-ir-after-change",
        dest="dump_after_change",
        action="store_true",
        help="after the passes that change the IR",
    )
    for when in ("before", "after"):
        group.add_argument(
            f"--print-ir-{when}",
            dest=f"dump_{when}",
            action="append",
            default=[],
            metavar="PASS",
        )
    group.add_argument(
        "--print-ir-tree-dir",
        dest="dump_directory",
        metavar="DIR",
        help="write the dumps to numbered files (after each pass, unless chosen otherwise)",
    )
    group.add_argument(
        "--dump-pass-pipeline", action="store_true", help="print the pipeline that runs"
    )
    group.add_argument("--timing", type=one_of("table", "json"), metavar="table|json")
    group.add_argument("--statistics", type=one_of("table", "json"), metavar="table|json")


def _add_remarks(group: _Group) -> None:
    group.add_argument(
        "--remarks",
        type=one_of("all", "passed", "missed", "analysis"),
        metavar="all|passed|missed|analysis",
        help="what the passes did, left alone, found",
    )
    group.add_argument("--remarks-filter", metavar="REGEX", help="remarks of matching passes only")
    group.add_argument(
        "--remark-format", type=one_of("text", "json"), default="text", metavar="text|json"
    )
    group.add_argument("--remarks-output-file", metavar="FILE")
