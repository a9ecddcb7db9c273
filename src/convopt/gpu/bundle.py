"""A network compiled for GPUs as data: what files, the cache and the runtime hold.

NAME.json says what is launched, and size and digest of the files beside it: NAME.cu (the source),
NAME.weights, and where nvcc made them NAME.ptx and NAME.cubin. Nothing here imports xDSL or TVM.

A GPU does not check the addresses that launches name: a description that was changed is refused.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from convopt.backends.tvm.program import DeviceProgram
from convopt.errors import ConvoptError

DESCRIPTION = ".json"
PARTS = ("cu", "weights", "ptx", "cubin")
"""The suffixes of the files beside the description, in the order of a blob."""

_NEEDED = ("cu", "weights")
_DIGEST = "sha256"
_MAGIC = b"convoptg"
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Bundle:
    """Launches, the CUDA source with the packed weights, and code that nvcc made, if it was there.

    `name`, `compiled_nodes` and `notes` are the model's.
    """

    program: DeviceProgram
    cuda: str = field(repr=False)
    weights: bytes = field(repr=False)
    ptx: str | None = field(default=None, repr=False)
    cubin: bytes | None = field(default=None, repr=False)
    name: str = "model"
    compiled_nodes: int = 0
    notes: tuple[str, ...] = ()

    def files(self, description: Path) -> dict[Path, bytes]:
        """The bytes of every file, by its path; `description` is that of NAME.json."""
        parts = {description.with_suffix(f".{kind}"): data for kind, data in self._parts().items()}
        return {description: self._description().encode(), **parts}

    @staticmethod
    def read(description: Path) -> "Bundle":
        """The bundle that `files` describes. Raises ConvoptError, which names the file."""

        def part(kind: str, size: int) -> bytes:
            return _content(description.with_suffix(f".{kind}"))

        return _assemble(_content(description), part, str(description))

    def to_bytes(self) -> bytes:
        """One blob: the description, then the parts."""
        description = self._description().encode()
        length = _LENGTH.pack(len(description))
        return b"".join([_MAGIC, length, description, *self._parts().values()])

    @staticmethod
    def from_bytes(data: bytes) -> "Bundle":
        """The bundle in a blob. Raises ConvoptError for other data."""
        begin = len(_MAGIC) + _LENGTH.size
        if data[: len(_MAGIC)] != _MAGIC or len(data) < begin:
            raise ConvoptError("expected a network compiled for GPUs, found other data")
        (size,) = _LENGTH.unpack(data[len(_MAGIC) : begin])
        position = begin + size

        def part(kind: str, size: int) -> bytes:
            nonlocal position
            position += size
            return data[position - size : position]

        return _assemble(data[begin : begin + size], part, "the cache")

    def _parts(self) -> dict[str, bytes]:
        parts = {
            "cu": self.cuda.encode(),
            "weights": self.weights,
            "ptx": None if self.ptx is None else self.ptx.encode(),
            "cubin": self.cubin,
        }
        return {kind: data for kind in PARTS if (data := parts[kind]) is not None}

    def _description(self) -> str:
        fields = json.loads(self.program.to_json())
        fields["model"] = {
            "name": self.name,
            "compiled_nodes": self.compiled_nodes,
            "notes": self.notes,
        }
        fields["files"] = {kind: _mark(data) for kind, data in self._parts().items()}
        return json.dumps({**fields, _DIGEST: _digest(fields)}, indent=1) + "\n"


def _assemble(description: bytes, part: Callable[[str, int], bytes], where: str) -> Bundle:
    """The bundle of a description whose parts `part` brings; `where` begins messages."""
    try:
        fields = json.loads(description)
        written, found = fields.pop(_DIGEST), _digest(fields)
        model, files = fields.pop("model"), fields.pop("files")
        names = {"name": model["name"], "compiled_nodes": model["compiled_nodes"]}
        notes = tuple(model["notes"])
        marks = {kind: files[kind] for kind in PARTS if kind in _NEEDED or kind in files}
        parts = {kind: part(kind, mark["bytes"]) for kind, mark in marks.items()}
        program = DeviceProgram.from_json(json.dumps(fields))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        _refuse(where, error)
    if written != found:
        raise ConvoptError(
            f"{where}: expected the description as it was written, found a changed one"
        )
    for kind, data in parts.items():
        _check(data, marks[kind], kind, where)
    return Bundle(
        program,
        parts["cu"].decode(),
        parts["weights"],
        parts["ptx"].decode() if "ptx" in parts else None,
        parts.get("cubin"),
        notes=notes,
        **names,
    )


def _refuse(where: str, error: Exception) -> NoReturn:
    raise ConvoptError(
        f"{where}: expected a network as `convopt --emit=bundle` writes it, found other data "
        f"({type(error).__name__}: {error})"
    ) from None


def _digest(fields: Mapping[str, Any]) -> str:
    """Of a description without its digest."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _mark(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _check(data: bytes, mark: Mapping[str, Any], kind: str, where: str) -> None:
    """Raise ConvoptError for a part that is not the one that was written with the description."""
    name = f"{where}: the file .{kind} beside it"
    if len(data) != mark["bytes"]:
        raise ConvoptError(f"{name}: expected {mark['bytes']} bytes, found {len(data)}")
    if _mark(data) != mark:
        raise ConvoptError(f"{name}: expected the one that was written with it, found another")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConvoptError(f"cannot read {path}: {error.strerror}") from error
