"""What the values of a function become: values of the conv dialect, or the reason why not."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    LocationAttr,
    NoneAttr,
    TensorType,
    UnknownLoc,
    f32,
)
from xdsl.interpreter import Interpreter
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import tensor_of
from convopt.passes.diagnosis import OperationError
from convopt.passes.simplify.evaluation import constant_operands, evaluated
from convopt.passes.simplify.identities import combined, identical_input


class RaisingError(OperationError):
    """Why an operation cannot be raised."""


Converter: TypeAlias = "Callable[[Raising, Operation, int], SSAValue]"
"""Raises the result of that number of an operation; raises RaisingError."""


class Raising:
    """Raises values of one function when they are asked for, each once.

    An operation that cannot be raised is an obstacle only for what needs it: what a larger pattern
    looks through, and what is not used, may be anything. The function itself is not changed:
    `ops` are the new operations, in order.
    """

    def __init__(self, converters: Mapping[str, Converter], interpreter: Interpreter) -> None:
        self.ops: list[Operation] = []
        self._converters = converters
        self._interpreter = interpreter
        self._raised: dict[SSAValue, SSAValue | RaisingError] = {}
        self._source: Operation | None = None

    def value(self, value: SSAValue, user: Operation) -> SSAValue:
        """The raised value of an f32 tensor that `user` reads; raises RaisingError."""
        found = self._raised.get(value)
        if found is None:
            try:
                found = self._raise(value, user)
            except RaisingError as error:
                found = error
            self._raised[value] = found
        if isinstance(found, RaisingError):
            raise RaisingError(found.op, found.reason)
        return found

    def emit(self, op: Operation) -> SSAValue:
        """Adds a new operation; its value, or the operand or constant that it comes to.

        Operations without a location get that of the operation that is being raised.
        """
        same = identical_input(op)
        if same is not None:
            op.erase()
            return same
        single = combined(op)
        if single is not None:
            op.erase()
            return self.emit(single)
        operands = constant_operands(op) if op.operands else None
        if operands is not None:
            folded = evaluated(op, operands, self._interpreter)
            op.erase()
            op = folded
        if self._source is not None:
            set_location(op, self._source.location)
        op.verify()
        self.ops.append(op)
        return op.results[0]

    def _raise(self, value: SSAValue, user: Operation) -> SSAValue:
        op = value.owner
        if isinstance(op, Block):
            check_tensor(value.type, user)
            return value
        check_tensor(value.type, op)
        converter = self._converters.get(op.name)
        if converter is None:
            raise RaisingError(
                op, "expected an operation that has a counterpart in the conv dialect"
            )
        outer, self._source = self._source, op
        try:
            raised = converter(self, op, op.results.index(value))
        except (ConvoptError, VerifyException) as error:
            raise (
                error if isinstance(error, RaisingError) else RaisingError(op, str(error))
            ) from error
        finally:
            self._source = outer
        if raised.type != value.type:
            raise RaisingError(op, f"expected to make {value.type}, found {raised.type}")
        return raised


def check_tensor(type_: Attribute, op: Operation) -> None:
    """Raises RaisingError for `op` unless a type is that of a plain f32 tensor of static shape."""
    is_plain = isinstance(type_, TensorType) and type_.encoding == NoneAttr()
    if not isinstance(type_, TensorType) or not is_plain or type_.element_type != f32:
        raise RaisingError(op, f"expected a tensor of f32, found {type_}")
    shape = type_.get_shape()
    if DYNAMIC_INDEX in shape:
        raise RaisingError(op, f"expected a static shape, found {type_}")
    if any(size < 1 for size in shape):
        raise RaisingError(op, f"expected sizes of at least 1, found {type_}")


def set_location(op: Operation, location: LocationAttr) -> None:
    """Gives an operation that has no location one."""
    if isinstance(op.location, UnknownLoc):
        op.location = location


def shape_of(value: SSAValue) -> tuple[int, ...]:
    """The shape of a raised value."""
    return tensor_of(value).get_shape()
