"""ONNX models of opset 7 to the newest, as level 1 IR and what onnxruntime has to run."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convopt.errors import ConvoptError
from convopt.model import Model

if TYPE_CHECKING:
    import onnx


def load_onnx(
    source: "str | os.PathLike[str] | bytes | onnx.ModelProto",
    shapes: Mapping[str, Sequence[int]] | None = None,
) -> Model:
    """The model behind a path, the bytes of a file, or a proto (which is not changed).

    `shapes` fixes the shapes of inputs by name, where the model leaves them open; an open first
    dimension alone is a batch of 1, which the model's notes say. Nodes that convopt cannot compile
    go to onnxruntime, as the model's partition says. Raises ConvoptError for what is no valid
    model, for shapes that do not fit, and when the packages of the extra `onnx` are missing.
    """
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        raise ConvoptError(
            f"expected the packages onnx and onnxruntime for ONNX models ({error}); "
            "pip install 'convopt[onnx]'"
        ) from error
    from convopt.frontends.onnx.loading import load

    return load(source, shapes or {})
