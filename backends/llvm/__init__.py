"""From the llvm dialect to LLVM IR, assembly, objects, C headers, and functions on the host."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convopt.backends.llvm.codegen import emit_assembly, emit_object
    from convopt.backends.llvm.header import c_header
    from convopt.backends.llvm.interface import Interface, TensorSpec
    from convopt.backends.llvm.spills import stack_references
    from convopt.backends.llvm.text import to_llvm_text

_HOME = {
    "Interface": "interface",
    "TensorSpec": "interface",
    "c_header": "header",
    "emit_assembly": "codegen",
    "emit_object": "codegen",
    "stack_references": "spills",
    "to_llvm_text": "text",
}

__all__ = [
    "Interface",
    "TensorSpec",
    "c_header",
    "emit_assembly",
    "emit_object",
    "stack_references",
    "to_llvm_text",
]


def __getattr__(name: str) -> object:
    """Import a name when it is asked for: running a compiled model needs no xDSL."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
