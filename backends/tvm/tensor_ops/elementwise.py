"""Scalar regions on whole tensors, and casts."""

from collections.abc import Sequence

from xdsl.ir import Operation

from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.scalar import write_scalars
from convopt.backends.tvm.script import Script
from convopt.backends.tvm.tensor_ops.elements import address, loaded, per_element, stored
from convopt.convdialect.element_types import element_of
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.cast import CastOp
from convopt.convdialect.ops.elementwise import ElementwiseOp


def elementwise(op: Operation) -> DeviceFunction:
    assert isinstance(op, ElementwiseOp)
    operands = [tensor_of(each) for each in op.inputs]
    result = op.result_type

    def value(script: Script, coordinates: list[str]) -> str:
        def operand(number: int) -> str:
            tensor = operands[number]
            own = _broadcast(coordinates, tensor.get_shape())
            return loaded(element_of(tensor), f"X{number}[{address(tensor, own)}]")

        first = script.let("a", operand(0))
        made = write_scalars(script, op.body.block, first, lambda extra: operand(extra + 1))
        return stored(element_of(result), made)

    return per_element(result, operands, value)


def _broadcast(coordinates: Sequence[str], shape: Sequence[int]) -> list[str]:
    """The coordinates, of a result, of an operand's element."""
    own = coordinates[len(coordinates) - len(shape) :]
    return ["0" if size == 1 else each for each, size in zip(own, shape, strict=True)]


def cast(op: Operation) -> DeviceFunction:
    assert isinstance(op, CastOp)
    source, result = tensor_of(op.input), tensor_of(op.result)

    def value(_: Script, coordinates: list[str]) -> str:
        element = loaded(element_of(source), f"X0[{address(source, coordinates)}]")
        return stored(element_of(result), element)

    return per_element(result, [source], value)
