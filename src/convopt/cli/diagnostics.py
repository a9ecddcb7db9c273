"""Diagnostics with their places, and `--verify-diagnostics`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convopt.mlir_text import MLIRSyntaxError
from convopt.pass_manager import PassError, VerificationError
from convopt.passes.remarks import Remark, location_of

if TYPE_CHECKING:
    from convopt.cli.inputs import Chunk

_EXPECTATION = re.compile(
    r"expected-(?P<severity>error|warning|remark|note)(?P<is_pattern>-re)?\s*"
    r"(?:@(?P<place>[+-]\d+|above|below|unknown))?\s*"
    r"(?P<count>\d+)?\s*\{\{(?P<text>(?:\{\{.*?\}\}|(?!\}\}).)*)\}\}"
)
_FILE_PLACE = re.compile(r"^(?P<file>.+):(?P<line>\d+):\d+$")


@dataclass(frozen=True)
class Diagnostic:
    """An error or remark; `line` is None where no line of the file is known."""

    severity: str
    line: int | None
    message: str


@dataclass(frozen=True)
class Expectation:
    """What a comment in the file says will be reported."""

    severity: str
    line: int | None
    text: str
    is_pattern: bool
    written_at: int

    def accepts(self, diagnostic: Diagnostic) -> bool:
        """Same severity and line, and a message that contains (or matches) the text."""
        if (diagnostic.severity, diagnostic.line) != (self.severity, self.line):
            return False
        if not self.is_pattern:
            return self.text in diagnostic.message
        return re.search(_regular_expression(self.text), diagnostic.message) is not None


def error_diagnostic(error: Exception) -> Diagnostic:
    """An exception as a diagnostic."""
    if isinstance(error, MLIRSyntaxError):
        return Diagnostic("error", error.place.line, error.message)
    if isinstance(error, VerificationError) and error.operation is not None:
        return Diagnostic("error", _line_in(location_of(error.operation)), error.message)
    if isinstance(error, PassError) and error.operation is not None:
        return Diagnostic("error", _line_in(location_of(error.operation)), str(error))
    return Diagnostic("error", None, str(error))


def remark_diagnostic(remark: Remark) -> Diagnostic:
    message = f"{remark.kind}: {remark.pass_name}: {remark.message}"
    return Diagnostic("remark", _line_in(remark.location), message)


def mismatches(
    chunk: "Chunk", diagnostics: Sequence[Diagnostic], *, only_expected: bool = False
) -> list[str]:
    """Error lines for what was expected and not reported, and for what was not expected.

    With `only_expected`, unexpected remarks are ignored; unexpected errors never are.
    """
    wanted = list(expectations(chunk.text))
    problems = []
    for diagnostic in diagnostics:
        match = next((one for one in wanted if one.accepts(diagnostic)), None)
        if match is not None:
            wanted.remove(match)
        elif not (only_expected and diagnostic.severity != "error"):
            place = _place(chunk.file, diagnostic.line)
            problems.append(
                f"{place}: error: unexpected {diagnostic.severity}: {diagnostic.message}"
            )
    for one in wanted:
        place = f"{chunk.file}:{one.written_at}"
        where = "an unknown place" if one.line is None else f"line {one.line}"
        problems.append(
            f"{place}: error: expected {one.severity} at {where} was not reported: {one.text}"
        )
    return problems


def expectations(text: str) -> Iterable[Expectation]:
    """What the comments of a file say will be reported.

    `@above` and `@below` mean the nearest line on that side that holds no expectation.
    """
    lines = text.split("\n")
    busy = {number for number, line in enumerate(lines, 1) if _EXPECTATION.search(line)}
    for number, line in enumerate(lines, 1):
        for match in _EXPECTATION.finditer(line):
            one = Expectation(
                match["severity"],
                _target_line(match["place"], number, busy),
                match["text"],
                match["is_pattern"] is not None,
                number,
            )
            yield from [one] * int(match["count"] or 1)


def _target_line(place: str | None, number: int, busy: set[int]) -> int | None:
    if place is None:
        return number
    if place == "unknown":
        return None
    if place not in ("above", "below"):
        return number + int(place)
    step = 1 if place == "below" else -1
    number += step
    while number in busy:
        number += step
    return number


def _regular_expression(text: str) -> str:
    """`a {{b.*}} c`: only what stands in inner braces is a regular expression."""
    parts = re.split(r"\{\{(.*?)\}\}", text)
    return "".join(part if index % 2 else re.escape(part) for index, part in enumerate(parts))


def _line_in(location: str) -> int | None:
    match = _FILE_PLACE.match(location.split(" + ")[0])
    return int(match["line"]) if match else None


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"
