"""Operations that move elements without computing."""

from xdsl.ir import Operation

from convopt.backends.tvm.function import DeviceFunction
from convopt.backends.tvm.script import Script, total
from convopt.backends.tvm.tensor_ops.elements import address, bits_of, per_element
from convopt.convdialect.element_types import ConvTensor, element_of
from convopt.convdialect.layouts import tensor_of
from convopt.convdialect.ops.structure import (
    ChannelShuffleOp,
    ConcatOp,
    ConvertLayoutOp,
    PadOp,
    TransposeOp,
)


def copy(tensor: ConvTensor) -> DeviceFunction:
    """X0 to Y, as it is."""
    return per_element(tensor, [tensor], lambda _, at: f"X0[{address(tensor, at)}]")


def convert_layout(op: Operation) -> DeviceFunction:
    assert isinstance(op, ConvertLayoutOp)
    source = tensor_of(op.input)
    return per_element(tensor_of(op.result), [source], lambda _, at: f"X0[{address(source, at)}]")


def concat(op: Operation) -> DeviceFunction:
    assert isinstance(op, ConcatOp)
    operands = [tensor_of(each) for each in op.inputs]

    def value(_: Script, at: list[str]) -> str:
        chosen, end = "", op.result_type.get_shape()[op.axis]
        for number, tensor in reversed(list(enumerate(operands))):
            start = end - tensor.get_shape()[op.axis]
            own = list(at)
            own[op.axis] = f"({at[op.axis]} - {start})" if start else at[op.axis]
            element = f"X{number}[{address(tensor, own)}]"
            chosen = (
                f"T.if_then_else({at[op.axis]} < {end}, {element}, {chosen})" if chosen else element
            )
            end = start
        return chosen

    return per_element(op.result_type, operands, value)


def pad(op: Operation) -> DeviceFunction:
    assert isinstance(op, PadOp)
    source = tensor_of(op.input)
    _, _, height, width = source.get_shape()
    top, left, _, _ = op.padding.get_values()

    def value(script: Script, at: list[str]) -> str:
        y = script.let("h", f"{at[2]} - {top}")
        x = script.let("w", f"{at[3]} - {left}")
        inside = f"0 <= {y} and {y} < {height} and 0 <= {x} and {x} < {width}"
        element = f"X0[{address(source, [at[0], at[1], y, x])}]"
        return f"T.if_then_else({inside}, {element}, {bits_of(element_of(source), op.value)})"

    return per_element(tensor_of(op.result), [source], value)


def channel_shuffle(op: Operation) -> DeviceFunction:
    assert isinstance(op, ChannelShuffleOp)
    source = tensor_of(op.input)
    own = source.get_shape()[1] // op.groups

    def value(_: Script, at: list[str]) -> str:
        channel = total(f"{at[1]} % {op.groups} * {own}", f"{at[1]} // {op.groups}")
        return f"X0[{address(source, [at[0], channel, at[2], at[3]])}]"

    return per_element(tensor_of(op.result), [source], value)


def transpose(op: Operation) -> DeviceFunction:
    assert isinstance(op, TransposeOp)
    source = tensor_of(op.input)
    permutation = op.permutation.get_values()

    def value(_: Script, at: list[str]) -> str:
        own = ["0"] * len(permutation)
        for axis, source_axis in enumerate(permutation):
            own[source_axis] = at[axis]
        return f"X0[{address(source, own)}]"

    return per_element(tensor_of(op.result), [source], value)
