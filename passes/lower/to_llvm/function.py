"""One function of level 4 as an llvm.func."""

from typing import Any

from xdsl.dialects import func, llvm
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    DictionaryAttr,
    MemRefType,
    i64,
)
from xdsl.ir import Attribute, Block, Region

from convopt.convdialect.errors import ConvoptError
from convopt.passes.lower.to_llvm import control, memory, numbers, vectors
from convopt.passes.lower.to_llvm.emitter import Emitter
from convopt.passes.lower.to_llvm.state import Handler, State, new_type

_HANDLERS: dict[type[Any], Handler] = {
    **numbers.HANDLERS,
    **vectors.HANDLERS,
    **memory.HANDLERS,
    **control.HANDLERS,
}
_VOID = llvm.LLVMVoidType()


def lower_function(function: func.FuncOp) -> llvm.FuncOp:
    """A new function; the old one stays as it is.

    Private functions get internal linkage, declarations and public functions external linkage.
    Buffers of the public function keep their shape as the argument attribute `conv.shape`.

    Raises ConvoptError if an operation has no translation or the function has results.
    """
    name = function.sym_name.data
    if function.function_type.outputs.data:
        raise ConvoptError(
            f"conv-loops-to-llvm: @{name}: expected no results (they are buffers), "
            f"found {function.function_type}"
        )
    types = [new_type(old) for old in function.function_type.inputs]
    region = _body(function, types) if function.body.blocks else Region()
    is_private = function.sym_visibility is not None and function.sym_visibility.data == "private"
    linkage = "internal" if is_private and function.body.blocks else "external"
    arguments = _argument_attributes(function, keep_shapes=not is_private)
    new = llvm.FuncOp(
        name,
        llvm.LLVMFunctionType(types, _VOID),
        llvm.LinkageAttr(linkage),
        body=region,
        other_props={"arg_attrs": arguments} if arguments else {},
        extra_attrs=function.attributes,
    )
    new.location = function.location
    return new


def _body(function: func.FuncOp, types: list[Attribute]) -> Region:
    emitter = Emitter(types)
    state = State(emitter, lambda block: _lower_block(state, block))
    for old, new in zip(function.body.block.args, emitter.entry.args, strict=True):
        state.bind(old, new)
        new.name_hint = old.name_hint
    state.lower_block(function.body.block)
    return emitter.region


def _lower_block(state: State, block: Block) -> None:
    for op in block.ops:
        handler = _HANDLERS.get(type(op))
        if handler is None:
            raise ConvoptError(
                f"conv-loops-to-llvm: no translation of {op.name}; expected an operation of "
                "kernel level (func, scf.for, memref, vector, arith)"
            )
        handler(state, op)


def _argument_attributes(
    function: func.FuncOp, keep_shapes: bool
) -> ArrayAttr[DictionaryAttr] | None:
    inputs = function.function_type.inputs.data
    given = function.arg_attrs.data if function.arg_attrs else (DictionaryAttr({}),) * len(inputs)
    if not keep_shapes:
        return function.arg_attrs
    return ArrayAttr(
        DictionaryAttr({**attributes.data, **_shape(old)})
        for attributes, old in zip(given, inputs, strict=True)
    )


def _shape(argument_type: Attribute) -> dict[str, Attribute]:
    if not isinstance(argument_type, MemRefType):
        return {}
    return {"conv.shape": DenseArrayBase.from_list(i64, argument_type.get_shape())}
