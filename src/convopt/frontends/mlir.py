"""MLIR text as a model: one function on static float32 tensors."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FileLineColLoc,
    Float32Type,
    ModuleOp,
    StringAttr,
    TensorType,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import VerifyException

from convopt.errors import ConvoptError
from convopt.mlir_text import parse_module
from convopt.model import CompiledSegment, Model, Partition, TensorSpec

ENTRY = "main"


def load_mlir(
    source: str | os.PathLike[str], shapes: Mapping[str, Sequence[int]] | None = None
) -> Model:
    """The model behind MLIR text, or the path of a file that holds some.

    A text has several lines, a path has one. `shapes` may only state the shapes that the function
    has. Raises ConvoptError with line and column for text that does not parse or verify.
    """
    if isinstance(source, str) and "\n" in source:
        return _model(source, "<text>", "model", shapes)
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConvoptError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConvoptError(f"{path}: expected MLIR text in UTF-8, found other bytes") from error
    return _model(text, str(path), path.stem, shapes)
