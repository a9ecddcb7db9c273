"""Graphs of ATen operators, as PyTorch's compiler and exporter make them, as level 1 IR."""

from typing import Any

from convopt.errors import ConvoptError
from convopt.model import Model


def is_exported(source: object) -> bool:
    """Whether an object is a `torch.export.ExportedProgram`; torch is not imported to tell."""
    kind = type(source)
    return kind.__name__ == "ExportedProgram" and kind.__module__.startswith("torch.export")


def load_exported(program: Any) -> Model:
    """The model that a `torch.export.ExportedProgram` holds.

    Raises ConvoptError for dynamic shapes, for a program that changes its buffers or inputs, and
    one line for each node that convopt cannot compile.
    """
    try:
        from convopt.frontends.torch.exported import load
    except ImportError as error:
        raise ConvoptError(
            f"expected the package torch for exported programs ({error}); "
            "pip install 'convopt[torch]'"
        ) from error
    return load(program)
