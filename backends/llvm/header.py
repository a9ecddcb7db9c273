"""The C header of a compiled network."""

import re

from convopt.backends.llvm.barrier import YIELD_OFFSET
from convopt.backends.llvm.c_names import c_identifiers
from convopt.backends.llvm.interface import BUFFER_ALIGNMENT, Interface, TensorSpec

_GENERIC = "CONVOPT_GENERIC_NAMES"


def c_header(interface: Interface) -> str:
    """A header for C and C++ that declares the function and says how to call it."""
    prefix = interface.symbol.upper()
    tensors = [*interface.inputs, *interface.outputs]
    names = c_identifiers([tensor.name for tensor in tensors])
    guard = f"{prefix}_H"
    return "\n".join(
        [
            f"#ifndef {guard}",
            f"#define {guard}",
            "",
            "#include <stddef.h>",
            "",
            *_sizes(prefix, names, tensors, interface),
            "",
            "#ifdef __cplusplus",
            'extern "C" {',
            "#endif",
            "",
            *_documentation(interface, names),
            *_declaration(interface, names),
            "",
            "#ifdef __cplusplus",
            "}",
            "#endif",
            *_generic_names(interface),
            "",
            f"#endif /* {guard} */",
            "",
        ]
    )


def _sizes(
    prefix: str, names: list[str], tensors: list[TensorSpec], interface: Interface
) -> list[str]:
    lines = [
        f"#define {prefix}_WEIGHTS_BYTES {interface.weights_bytes}u",
        f"#define {prefix}_WORKSPACE_BYTES {interface.workspace_bytes}u",
        f"#define {prefix}_THREAD_BYTES {interface.thread_bytes}u",
        f"#define {prefix}_ALIGNMENT {BUFFER_ALIGNMENT}u",
    ]
    for name, tensor in zip(names, tensors, strict=True):
        lines.append(f"#define {prefix}_{name.upper()}_FLOATS {tensor.floats}u")
        lines.append(f"#define {prefix}_{name.upper()}_BYTES {tensor.bytes}u")
    return lines


def _documentation(interface: Interface, names: list[str]) -> list[str]:
    tensors = [*interface.inputs, *interface.outputs]
    kinds = ["input"] * len(interface.inputs) + ["output"] * len(interface.outputs)
    lines = ["/* Runs the network once. It allocates nothing and calls nothing.", " *"]
    for name, tensor, kind in zip(names, tensors, kinds, strict=True):
        shape = " x ".join(str(size) for size in tensor.shape) or "scalar"
        called = f", called {_comment_safe(tensor.name)}" if tensor.name != name else ""
        lines.append(
            f" * {name}: {kind}{called}; {shape} floats, row-major: "
            f"{tensor.floats} floats, {tensor.bytes} bytes, aligned as any float."
        )
    weights, workspace = interface.weights_bytes, interface.workspace_bytes
    lines += [
        f" * weights: {weights} bytes, aligned to {BUFFER_ALIGNMENT}: the content of the file that",
        " *   `convopt --emit=weights` writes. They are only read.",
        f" * workspace: {workspace} bytes, aligned to {BUFFER_ALIGNMENT}. Its first "
        f"{BUFFER_ALIGNMENT} bytes must be zero before",
        " *   the first run; later runs need nothing. One workspace serves one run at a time.",
        f" *   Each thread after the first needs {interface.thread_bytes} bytes more.",
        " * thread, threads: with one thread pass 0 and 1: nothing waits. With more, each of them",
        " *   calls this function with the same buffers and its own number, 0 to threads - 1. All",
        " *   must call, since they wait for each other; the outputs are complete when all have",
        " *   returned. A thread that waits long calls the void (*)(void), such as sched_yield,",
        f" *   whose address is at byte {YIELD_OFFSET} of the workspace, unless that is zero.",
        " * No two of the buffers may overlap.",
        " */",
    ]
    return lines


def _declaration(interface: Interface, names: list[str]) -> list[str]:
    inputs = len(interface.inputs)
    parameters = [f"const float *{name}" for name in names[:inputs]]
    parameters += [f"float *{name}" for name in names[inputs:]]
    parameters += ["const void *weights", "void *workspace", "size_t thread", "size_t threads"]
    indent = " " * len(f"void {interface.run_symbol}(")
    return [f"void {interface.run_symbol}(" + f",\n{indent}".join(parameters) + ");"]


def _generic_names(interface: Interface) -> list[str]:
    """Names that do not depend on the model, if it has one input and one output.

    Values, not names: in C a name may be defined again as the same number, as it is for a model
    called `model`.
    """
    if len(interface.inputs) != 1 or len(interface.outputs) != 1:
        return []
    return [
        "",
        "/* The same under names that do not depend on the model, for programs that run any. */",
        f"#ifdef {_GENERIC}",
        f"#define MODEL_RUN {interface.run_symbol}",
        f"#define MODEL_INPUT_FLOATS {interface.inputs[0].floats}u",
        f"#define MODEL_OUTPUT_FLOATS {interface.outputs[0].floats}u",
        f"#define MODEL_WEIGHTS_BYTES {interface.weights_bytes}u",
        f"#define MODEL_WORKSPACE_BYTES {interface.workspace_bytes}u",
        f"#define MODEL_THREAD_BYTES {interface.thread_bytes}u",
        f"#define MODEL_ALIGNMENT {BUFFER_ALIGNMENT}u",
        "#endif",
    ]


def _comment_safe(text: str) -> str:
    """A model's name for a tensor without what would end the comment or the line."""
    return re.sub(r"[^\x20-\x7e]", "?", text).replace("*/", "* /").replace("/*", "/ *")
