"""The interface of a compiled network, read from the arguments of its entry function."""

from math import prod

from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import (
    DenseArrayBase,
    DictionaryAttr,
    IntegerAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
)
from xdsl.ir import Attribute

from convopt.backends.llvm.interface import ENTRY, Interface, TensorSpec
from convopt.convdialect.errors import ConvoptError

_TAIL = ("weights", "workspace", "thread", "threads")


def read_interface(module: ModuleOp, symbol: str) -> Interface:
    """See interface_of."""
    for op in module.ops:
        if isinstance(op, func.FuncOp | llvm.FuncOp) and op.sym_name.data == ENTRY:
            return _interface_of_entry(op, symbol)
    raise ConvoptError(f"expected a function @{ENTRY}, found none in the module")


def _interface_of_entry(entry: func.FuncOp | llvm.FuncOp, symbol: str) -> Interface:
    types = entry.function_type.inputs.data
    given = entry.arg_attrs.data if entry.arg_attrs else (DictionaryAttr({}),) * len(types)
    roles = [_text(attributes, "conv.role") for attributes in given]
    inputs, outputs = roles.count("input"), roles.count("output")
    expected = ["input"] * inputs + ["output"] * outputs + list(_TAIL)
    if roles != expected:
        raise ConvoptError(
            f"@{ENTRY}: expected arguments with the roles input..., output..., {', '.join(_TAIL)}, "
            f"found {', '.join(role or 'none' for role in roles) or 'no arguments'}"
        )
    shapes = [_shape(old, attributes) for old, attributes in zip(types, given, strict=True)]
    tensors = [
        TensorSpec(_text(attributes, "conv.name") or f"tensor_{index}", shape)
        for index, (attributes, shape) in enumerate(zip(given, shapes, strict=True))
    ]
    return Interface(
        symbol=symbol,
        inputs=tuple(tensors[:inputs]),
        outputs=tuple(tensors[inputs : inputs + outputs]),
        weights_bytes=prod(shapes[-4]),
        workspace_bytes=prod(shapes[-3]),
        thread_bytes=_number(given[-3], "conv.thread_bytes"),
    )


def _text(attributes: DictionaryAttr, name: str) -> str:
    value = attributes.data.get(name)
    return value.data if isinstance(value, StringAttr) else ""


def _number(attributes: DictionaryAttr, name: str) -> int:
    value = attributes.data.get(name)
    return value.value.data if isinstance(value, IntegerAttr) else 0


def _shape(argument_type: Attribute, attributes: DictionaryAttr) -> tuple[int, ...]:
    """The shape of a buffer: in its type, or noted when the type became a pointer."""
    if isinstance(argument_type, MemRefType):
        return argument_type.get_shape()
    noted = attributes.data.get("conv.shape")
    if isinstance(noted, DenseArrayBase):
        return tuple(int(size) for size in noted.get_values())
    return ()
