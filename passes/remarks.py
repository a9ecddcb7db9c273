"""Remarks: what a pass did, what it left alone and why, beside the place in the model.

Passes call `passed`, `missed` or `analysis`. Without a collector these do nothing, so a pass pays
for its remarks only when somebody reads them:

    with remarks.collect() as found:
        pipeline.apply(context, module)
    for remark in found:
        print(remark)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.dialects.builtin import ArrayAttr, CallSiteLoc, FileLineColLoc, FusedLoc, NameLoc
from xdsl.ir import Attribute, Operation
from xdsl.utils.str_enum import StrEnum


class RemarkKind(StrEnum):
    """The three kinds of LLVM's optimisation remarks."""

    PASSED = "passed"
    """A rewrite was done."""
    MISSED = "missed"
    """A rewrite looked possible and was not done; the message says why."""
    ANALYSIS = "analysis"
    """A fact found on the way."""


@dataclass(frozen=True)
class Remark:
    """One remark; `location` names the place in the model, as `location_of` writes it."""

    kind: RemarkKind
    pass_name: str
    location: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.kind}: {self.pass_name}: {self.message}"


Collector: TypeAlias = list[Remark]

_collector: ContextVar[Collector | None] = ContextVar("convopt_remarks", default=None)


@contextmanager
def collect() -> Iterator[Collector]:
    """The list that receives every remark emitted inside the `with` block.

    Collectors nest: the innermost one receives. Threads and contexts do not share collectors.
    """
    remarks: Collector = []
    token = _collector.set(remarks)
    try:
        yield remarks
    finally:
        _collector.reset(token)


def emit(remark: Remark) -> None:
    """Hand a remark to the innermost collector; without one, nothing happens."""
    collector = _collector.get()
    if collector is not None:
        collector.append(remark)


def passed(pass_name: str, op: Operation, message: str) -> None:
    """Remark that the pass rewrote `op`."""
    _emit_at(RemarkKind.PASSED, pass_name, op, message)


def missed(pass_name: str, op: Operation, message: str) -> None:
    """Remark that the pass left `op` alone, and why."""
    _emit_at(RemarkKind.MISSED, pass_name, op, message)


def analysis(pass_name: str, op: Operation, message: str) -> None:
    """Remark a fact about `op`."""
    _emit_at(RemarkKind.ANALYSIS, pass_name, op, message)


def location_of(op: Operation) -> str:
    """The place of an operation in the model, for people.

    Node names as they are, files as `file:line:column`, fused locations joined by " + ", with a
    file's name once in a row; an operation without a location is named by its kind and, where it
    has one, its result's name.
    """
    if location := _describe(op.location):
        return location
    hints = [f" %{result.name_hint}" for result in op.results[:1] if result.name_hint]
    return op.name + "".join(hints)


def _emit_at(kind: RemarkKind, pass_name: str, op: Operation, message: str) -> None:
    if _collector.get() is not None:
        emit(Remark(kind, pass_name, location_of(op), message))


def _describe(location: Attribute) -> str:
    """The text of a location attribute; empty when it is unknown."""
    match location:
        case NameLoc():
            return location.desc.data
        case FileLineColLoc():
            return f"{location.filename.data}:{location.line.data}:{location.column.data}"
        case FusedLoc():
            assert isinstance(location.locations, ArrayAttr)
            return " + ".join(_describe_parts(location.locations))
        case CallSiteLoc():
            return _describe(location.callee)
        case _:
            return ""


def _describe_parts(locations: Iterable[Attribute]) -> Iterator[str]:
    file = None
    for location in locations:
        text = _describe(location)
        before, file = file, location.filename if isinstance(location, FileLineColLoc) else None
        if file is not None and file == before:
            text = text.removeprefix(f"{file.data}:")
        if text:
            yield text
