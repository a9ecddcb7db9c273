"""From the llvm dialect to LLVM IR, assembly, objects, C headers, and functions on the host."""

import importlib

_HOME = {
    "to_llvm_text": "convopt.backends.llvm.text",
    "emit_assembly": "convopt.backends.llvm.codegen",
    "emit_object": "convopt.backends.llvm.codegen",
    "Interface": "convopt.backends.llvm.interface",
    "TensorSpec": "convopt.backends.llvm.interface",
    "c_header": "convopt.backends.llvm.header",
    "stack_references": "convopt.backends.llvm.spills",
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
    return getattr(importlib.import_module(_HOME[name]), name)
