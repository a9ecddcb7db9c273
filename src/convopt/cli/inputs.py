"""Reading what the user names on the command line."""

import sys
from dataclasses import dataclass
from pathlib import Path

from convopt.errors import ConvoptError

STDIN = "-"
_SEPARATOR = "// -----"
_ONNX_FIRST_BYTE = 0x08
"""The tag of a ModelProto's first field; no MLIR text starts with a backspace."""


@dataclass(frozen=True)
class Chunk:
    """A module's text, led by empty lines so that its line numbers are those of the file."""

    text: str
    file: str


def read_bytes(path: str) -> bytes:
    """The bytes of a file, of standard input for `-`. Raises ConvoptError."""
    try:
        return sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise ConvoptError(f"cannot read {path}: {error.strerror}") from error


def display_name(path: str) -> str:
    """How messages call the input."""
    return "<stdin>" if path == STDIN else path


def is_onnx(path: str, data: bytes) -> bool:
    """By its suffix; standard input by its first byte."""
    if path == STDIN:
        return data[:1] == bytes([_ONNX_FIRST_BYTE])
    return path.endswith(".onnx")


def chunks_of(text: str, file: str, is_split: bool) -> list[Chunk]:
    """The modules of a file, parted by lines that are exactly `// -----` when `is_split`.

    Chunks of nothing but white space are left out, so a file may start or end with a separator.
    """
    if not is_split:
        return [Chunk(text, file)]
    chunks: list[Chunk] = []
    begin = 0
    lines = text.split("\n")
    for number, line in enumerate([*lines, _SEPARATOR]):
        if line.rstrip() != _SEPARATOR:
            continue
        body = "\n".join(lines[begin:number])
        if body.strip():
            chunks.append(Chunk("\n" * begin + body + "\n", file))
        begin = number + 1
    return chunks
