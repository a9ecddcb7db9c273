"""One thread makes one element of the result: addresses in every layout, loads and stores."""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import TensorType, f16, f32, i8
from xdsl.ir import SSAValue

from convopt.backends.tvm.function import BLOCKS, THREAD, Buffer, DeviceFunction
from convopt.backends.tvm.scalar import float_text
from convopt.backends.tvm.script import Script, scaled, total
from convopt.convdialect.element_types import ConvTensor, ElementType, element_of
from convopt.convdialect.layouts import block_of, physical_shape, tensor_of

THREADS = 256
_BITS = {f32: "float32", f16: "int16", i8: "int8"}
"""What TVM calls elements in memory: halves are bits, so that CUDA text needs no header."""


def buffer_of(tensor: TensorType) -> Buffer:
    """A parameter that holds a tensor."""
    return Buffer(prod(physical_shape(tensor)), _BITS[element_of(tensor)])


def shape_of(value: SSAValue) -> tuple[int, ...]:
    return tuple(tensor_of(value).get_shape())


def loaded(element: ElementType, bits: str) -> str:
    """An element as scalar regions see it: f32, or i32 for i8."""
    if element == f16:
        return f'T.call_pure_extern("float32", "convopt_half_low", T.Cast("int32", {bits}))'
    return f'T.Cast("int32", {bits})' if element == i8 else bits


def stored(element: ElementType, value: str) -> str:
    """What a scalar region yields, as an element in memory."""
    if element == f16:
        word = f'T.call_pure_extern("int32", "convopt_pack_halves", {value}, T.float32(0))'
        return f'T.Cast("int16", {word})'
    return f'T.Cast("int8", {value})' if element == i8 else value


def bits_of(element: ElementType, value: float) -> str:
    """A constant as an element in memory."""
    if element == f32:
        return f"T.float32({float_text(value)})"
    if element == f16:
        return f"T.int16({int(np.float16(value).view(np.int16))})"
    return f"T.int8({int(value)})"


def address(tensor: TensorType, coordinates: Sequence[str]) -> str:
    """Where the element at logical coordinates lies."""
    shape, block = tensor.get_shape(), block_of(tensor)
    if block == 1:
        strides = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
        return total(*(scaled(c, s) for c, s in zip(coordinates, strides, strict=True)))
    image, channel, row, column = coordinates
    _, channels, height, width = shape
    words = -(-channels // block)
    word = total(scaled(image, words), f"({channel}) // {block}")
    pixel = total(scaled(word, height * width), scaled(row, width), column)
    return total(scaled(pixel, block), f"({channel}) % {block}")


def coordinates_of(script: Script, item: str, tensor: TensorType) -> list[str]:
    """Logical coordinates of the element that lies at `item`, named; channels count on into the
    tail of the last block."""
    physical = physical_shape(tensor)
    digits, below = [], 1
    for size in reversed(physical):
        digits.append(f"{item} // {below} % {size}" if size > 1 else "0")
        below *= size
    digits.reverse()
    if block_of(tensor) > 1:
        image, word, row, column, lane = digits
        channel = total(scaled(word, block_of(tensor)), lane)
        digits = [image, channel, row, column]
    return [script.let("c", digit) for digit in digits]


def per_element(
    result: ConvTensor,
    operands: Sequence[ConvTensor],
    value: Callable[[Script, list[str]], str],
    registers: dict[str, Buffer] | None = None,
) -> DeviceFunction:
    """`value` writes the bits of the result at logical coordinates. A channel tail becomes zero.

    Parameters: X0, X1, … for the operands, Y for the result.
    """
    script, made = Script(), buffer_of(result)
    item = script.let("e", total(scaled(BLOCKS[0], THREADS), THREAD))
    with script.when(f"{item} < {made.count}" if made.count % THREADS else ""):
        coordinates = coordinates_of(script, item, result)
        has_tail = block_of(result) > 1 and result.get_shape()[1] % block_of(result)
        if has_tail:
            script.line(f"Y[{item}] = {bits_of(element_of(result), 0.0)}")
        inside = f"{coordinates[1]} < {result.get_shape()[1]}" if has_tail else ""
        with script.when(inside):
            script.line(f"Y[{item}] = {value(script, coordinates)}")
    parameters = {f"X{number}": buffer_of(each) for number, each in enumerate(operands)}
    grid = (-(-made.count // THREADS), 1, 1)
    return DeviceFunction(str(script), {**parameters, "Y": made}, registers or {}, grid, THREADS)
