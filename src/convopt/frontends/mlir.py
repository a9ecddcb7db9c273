"""MLIR text as a model: a module whose function @main works on static float32 tensors.

Modules of linalg operations, as torch-mlir prints them, are raised to the conv dialect.
"""

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    Float32Type,
    ModuleOp,
    NoneAttr,
    StringAttr,
    TensorType,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute

from convopt.errors import ConvoptError
from convopt.mlir_text import new_context, parse_module
from convopt.model import CompiledSegment, Model, Partition, TensorSpec
from convopt.pass_manager import run_passes, verify
from convopt.pass_pipeline import named_pipeline
from convopt.passes.raising.foreign import holds_linalg

ENTRY = "main"
NAME_ATTRIBUTE = "conv.name"


def load_mlir(text: str, file: str = "<text>", name: str = "model") -> Model:
    """The model that MLIR text holds; `file` stands in error messages.

    Raises ConvoptError, with line and column, for text that does not parse or verify, and for a
    module that is no model.
    """
    module = parse_module(text, file)
    verify(module)
    return model_of_module(module, name)


def model_of_module(module: ModuleOp, name: str = "model") -> Model:
    """A module as a model; raises ConvoptError unless it has one function to run.

    That is @main, or the only function that has a body, which is called so. Arguments and results
    must be static float32 tensors in row-major layout; their attribute `conv.name` names them, else
    `input0`, `output0` and so on do. The module itself is not changed: one of linalg operations is
    raised in a copy.
    """
    if holds_linalg(module):
        module = _raised(module)
    entry = _entry(module)
    if entry.sym_name.data != ENTRY:
        module = module.clone()
        entry = _entry(module)
        entry.sym_name = StringAttr(ENTRY)
    inputs = _specs(entry.function_type.inputs.data, entry.arg_attrs, "input")
    outputs = _specs(entry.function_type.outputs.data, entry.res_attrs, "output")
    segment = CompiledSegment(
        module, tuple(spec.name for spec in inputs), tuple(spec.name for spec in outputs)
    )
    operations = sum(1 for op in entry.body.block.ops if op.name.startswith("conv."))
    return Model(name, inputs, outputs, (segment,), Partition(operations))


def _raised(module: ModuleOp) -> ModuleOp:
    raised = module.clone()
    run_passes(raised, named_pipeline("raise"), new_context())
    return raised


def _entry(module: ModuleOp) -> FuncOp:
    functions = [op for op in module.ops if isinstance(op, FuncOp) and op.body.blocks]
    named = [function for function in functions if function.sym_name.data == ENTRY]
    candidates = named or functions
    if len(candidates) != 1:
        found = ", ".join(f"@{function.sym_name.data}" for function in functions) or "none"
        raise ConvoptError(f"expected one function, @{ENTRY}, found {found}")
    return candidates[0]


def _specs(
    types: Sequence[Attribute], attributes: ArrayAttr[DictionaryAttr] | None, kind: str
) -> tuple[TensorSpec, ...]:
    """Specs of all arguments or results of a function."""
    specs = []
    for index, type_ in enumerate(types):
        given = attributes.data[index].data.get(NAME_ATTRIBUTE) if attributes else None
        name = given.data if isinstance(given, StringAttr) else f"{kind}{index}"
        specs.append(TensorSpec(name, _shape(type_, kind)))
    names = [spec.name for spec in specs]
    if len(set(names)) != len(names):
        raise ConvoptError(f"expected different names of {kind}s, found {', '.join(names)}")
    return tuple(specs)


def _shape(type_: Attribute, kind: str) -> tuple[int, ...]:
    """The shape of a tensor that can go into or come out of a model."""
    if not isinstance(type_, TensorType) or not isinstance(type_.element_type, Float32Type):
        raise ConvoptError(f"expected {kind}s of float32 tensors, found {type_}")
    if not isinstance(type_.encoding, NoneAttr):
        raise ConvoptError(f"expected {kind}s without a layout, found {type_}")
    shape: tuple[int, ...] = type_.get_shape()
    if any(size < 1 for size in shape):
        raise ConvoptError(f"expected {kind}s of static shape, found {type_}")
    return shape
