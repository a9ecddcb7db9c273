"""What users may hand to convopt as a model, told apart without importing onnx or xDSL."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from convopt.errors import ConvoptError
from convopt.frontends.torch import is_exported
from convopt.model import Model

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

Shapes: TypeAlias = Mapping[str, Sequence[int]]
ModelSource: TypeAlias = "str | os.PathLike[str] | bytes | Model | ModuleOp | Any"
"""A path (.onnx or .mlir), MLIR text, the bytes of an ONNX file, an `onnx.ModelProto`, a
`torch.export.ExportedProgram`, a loaded model, or a module."""


@dataclass(frozen=True)
class SourceBytes:
    """A model that is not loaded yet; `folder` is where external data of an ONNX file lie."""

    data: bytes
    name: str
    file: str
    folder: Path | None
    is_onnx: bool


def read_source(source: ModelSource) -> SourceBytes | None:
    """The bytes of a source; None for what is in memory already: a model, module or program.

    Raises ConvoptError for files that cannot be read and for anything else.
    """
    if isinstance(source, bytes):
        return SourceBytes(source, "model", "<bytes>", None, is_onnx=True)
    if isinstance(source, str) and "\n" in source:
        return SourceBytes(source.encode(), "model", "<text>", None, is_onnx=False)
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source))
    if isinstance(source, Model) or hasattr(source, "walk") or is_exported(source):
        return None
    if hasattr(source, "SerializeToString"):
        return SourceBytes(source.SerializeToString(), "model", "<proto>", None, is_onnx=True)
    raise ConvoptError(
        "expected a path of a .onnx or .mlir file, MLIR text, the bytes of an ONNX file, an "
        "onnx.ModelProto, a torch.export.ExportedProgram or a convopt model, found "
        f"{type(source).__name__}"
    )


def mlir_text(data: bytes, file: str) -> str:
    """The text of an MLIR file. Raises ConvoptError for bytes that are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"expected MLIR text in UTF-8, found byte {data[error.start]:#04x}"
        raise ConvoptError(
            f"{file}: {message} at offset {error.start} (ONNX files are known by the suffix .onnx)"
        ) from error


def _read_file(path: Path) -> SourceBytes:
    if path.suffix not in (".onnx", ".mlir"):
        raise ConvoptError(
            f"expected a file with the suffix .onnx or .mlir (or MLIR text of several lines), "
            f"found {path}"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConvoptError(f"cannot read {path}: {error.strerror}") from error
    return SourceBytes(data, path.stem, str(path), path.parent, path.suffix == ".onnx")
