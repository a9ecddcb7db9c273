"""Builds the function that a part of a graph becomes."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy.typing as npt
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    FunctionType,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    TensorType,
)
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.constants import constant
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.layouts import blocked as blocked_type
from convopt.convdialect.layouts import float_tensor, tensor_of
from convopt.convdialect.ops.parameter import ParameterOp
from convopt.convdialect.ops.structure import ConvertLayoutOp

Array = npt.NDArray[Any]

FUNCTION_NAME = "main"
NONE_BLOCKED: Mapping[str, int] = MappingProxyType({})
NAME_ATTRIBUTE = "conv.name"


class Unsupported(Exception):  # noqa: N818 (an answer, not an error: the node runs elsewhere)
    """Why convopt cannot compile a node."""


class Tensors(Protocol):
    """What is known of the tensors of a graph, by name."""

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape, if every size is known."""

    def obstacle(self, name: str) -> str | None:
        """Why a tensor cannot go into or come out of compiled code; None if it can."""

    def constant(self, name: str) -> Array | None:
        """The value of a tensor that is constant, else None."""


def named_location(name: str) -> NameLoc:
    """The source location of what a name of the model stands for."""
    return NameLoc(StringAttr(name), NoneAttr())


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The logical shape of a tensor value."""
    assert isinstance(value.type, TensorType)
    return value.type.get_shape()


class FunctionBuilder:
    """The values so far by tensor name; constants come first in the function, once each.

    `blocked` inputs and outputs pass the border in blocks of so many channels.
    """

    def __init__(
        self, tensors: Tensors, inputs: Sequence[str], blocked: Mapping[str, int] = NONE_BLOCKED
    ) -> None:
        self._tensors = tensors
        self._inputs = tuple(inputs)
        self._blocked = blocked
        types = [blocked_type(self._type(name), blocked.get(name, 1)) for name in inputs]
        self._block = Block(arg_types=types)
        self._values: dict[str, SSAValue] = {}
        self._constants: list[Operation] = []
        self._parameters: dict[str, SSAValue] = {}
        for name, argument in zip(inputs, self._block.args, strict=True):
            argument.name_hint = _hint(name)
            self._values[name] = self._in_layout(argument, 1)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The tensors that are parameters of the module, by number."""
        return tuple(self._parameters)

    def parameter(self, name: str) -> SSAValue:
        """A tensor as a parameter of the module."""
        if name not in self._parameters:
            op = ParameterOp(len(self._parameters), self._type(name))
            op.location = named_location(name)
            self._constants.append(op)
            self._parameters[name] = op.result
        return self._parameters[name]

    def _in_layout(self, value: SSAValue, lanes: int) -> SSAValue:
        """The value in blocks of so many channels, plain for one."""
        wanted = blocked_type(tensor_of(value), lanes)
        if value.type == wanted:
            return value
        op = ConvertLayoutOp(value, wanted)
        self._block.add_op(op)
        return op.result

    def _type(self, name: str) -> ConvTensor:
        shape = self._tensors.shape(name)
        assert shape is not None
        return float_tensor(shape)

    def value(self, name: str) -> SSAValue:
        """The value of a tensor; raises Unsupported for one that is no static float32 tensor."""
        if name in self._values:
            return self._values[name]
        reason = self._tensors.obstacle(name)
        if reason is not None:
            raise Unsupported(reason)
        array = self._tensors.constant(name)
        assert array is not None, f"'{name}' is used before it is defined"
        self._values[name] = self.add_constant(array, name)
        return self._values[name]

    def add_constant(self, array: Array, name: str) -> SSAValue:
        """A constant at the start of the function, located at `name`."""
        op = constant(array, named_location(name))
        op.results[0].name_hint = _hint(name)
        self._constants.append(op)
        return op.results[0]

    def append(self, op: Operation, name: str) -> SSAValue:
        """Adds an operation of one result, located at `name`; Unsupported if it is not valid."""
        op.location = named_location(name)
        try:
            op.verify()
        except VerifyException as error:
            raise Unsupported(str(error)) from error
        self._block.add_op(op)
        return op.results[0]

    def define(self, name: str, value: SSAValue) -> None:
        """Makes `value` what the tensor `name` is, whose known shape it must have."""
        expected = self._tensors.shape(name)
        if expected is not None and shape_of(value) != expected:
            raise Unsupported(
                f"'{name}' would have the shape {list(shape_of(value))}, expected {list(expected)}"
            )
        self._values[name] = value

    def stand_in(self, name: str) -> None:
        """Defines a tensor as an unknown value of its type, as far as it can be one."""
        if self._tensors.constant(name) is None and self._tensors.obstacle(name) is None:
            self._values[name] = self._block.insert_arg(self._type(name), len(self._block.args))

    def finish(self, outputs: Sequence[str]) -> ModuleOp:
        """The module, with the tensors `outputs` as the function's results."""
        results = [
            self._in_layout(self.value(name), self._blocked.get(name, 1)) for name in outputs
        ]
        first = self._block.first_op
        if first is None:
            self._block.add_ops(self._constants)
        else:
            self._block.insert_ops_before(self._constants, first)
        self._block.add_op(ReturnOp(*results))
        self._remove_unused()
        type_ = FunctionType.from_lists(self._block.arg_types, [each.type for each in results])
        function = FuncOp(
            FUNCTION_NAME,
            type_,
            Region(self._block),
            arg_attrs=_names(self._inputs),
            res_attrs=_names(outputs),
        )
        return ModuleOp([function])

    def _remove_unused(self) -> None:
        """Removes operations without use, such as transpositions that others undid."""
        for op in reversed(list(self._block.ops)):
            if op.results and not any(result.uses for result in op.results):
                self._block.erase_op(op)


def _names(names: Sequence[str]) -> ArrayAttr[DictionaryAttr]:
    return ArrayAttr(DictionaryAttr({NAME_ATTRIBUTE: StringAttr(name)}) for name in names)


def _hint(name: str) -> str | None:
    """A tensor's name as the name of an SSA value, as nearly as its rules allow."""
    hint = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return hint if SSAValue.is_valid_name(hint) else None
