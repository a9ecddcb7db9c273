"""Operations that move elements without computing: padding, joining, reordering, layouts."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import (
    Float32Type,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    LocationAttr,
    f32,
    i8,
)
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    Field,
    Integers,
    float_field,
    integer,
    integer_field,
    integers,
    integers_field,
    parse_attributes,
    parse_types,
    print_attributes,
    print_types,
)
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.layouts import plain, reshaped
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.shapes import Padding
from convopt.convdialect.verification import (
    check_elements,
    check_result,
    checked_axis,
    checked_integer,
    checked_integers,
    checked_tensor,
    normalized_axis,
    shape_text,
)


@irdl_op_definition
class PadOp(SimpleOp):
    """Surrounds an NCHW tensor with `value`; padding is (top, left, bottom, right).

    The value is an f32 number that is rounded to the elements' type; for i8 it is a whole number.

    `conv.pad %x {padding = [0, 0, 1, 1]} : tensor<1x3x8x8xf32> -> tensor<1x3x9x9xf32>`
    """

    name = "conv.pad"

    padding = prop_def(Integers)
    value_attr = prop_def(
        FloatAttr[Float32Type], default_value=FloatAttr(0.0, f32), prop_name="value"
    )

    FIELDS: ClassVar[Mapping[str, Field]] = {
        "padding": integers_field(),
        "value": float_field(0.0),
    }

    def __init__(
        self,
        input: SSAValue | Operation,
        padding: Padding,
        value: float = 0.0,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        result_type = reshaped(input_type, _padded(input_type.get_shape(), padding))
        properties = {"padding": integers(padding), "value": FloatAttr(value, f32)}
        self._build(input, result_type, properties, location)

    @property
    def value(self) -> float:
        return self.value_attr.value.data

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4)
        padding = checked_integers(self.padding, "padding", count=4)
        check_result(self.result, input_type, _padded(input_type.get_shape(), padding))
        if input_type.element_type == i8 and self.value not in range(-128, 128):
            raise VerifyException(f"value: expected an integer of i8, found {self.value:g}")


def _padded(shape: Sequence[int], padding: Sequence[int]) -> tuple[int, ...]:
    batch, channels, height, width = shape
    top, left, bottom, right = padding
    return batch, channels, height + top + bottom, width + left + right


@irdl_op_definition
class ConcatOp(IRDLOperation):
    """Joins tensors along one axis.

    `conv.concat %a, %b {axis = 1} : tensor<1x2x4xf32>, tensor<1x3x4xf32> -> tensor<1x5x4xf32>`
    """

    name = "conv.concat"

    inputs = var_operand_def()
    axis_attr = prop_def(IntegerAttr[IntegerType], prop_name="axis")
    result = result_def()

    traits = traits_def(Pure())

    FIELDS: ClassVar[Mapping[str, Field]] = {"axis": integer_field()}

    def __init__(
        self,
        inputs: Sequence[SSAValue | Operation],
        axis: int,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        values = [SSAValue.get(value) for value in inputs]
        types = [checked_tensor(value, "input") for value in values]
        shapes = [tensor.get_shape() for tensor in types]
        axis = normalized_axis(axis, len(shapes[0]))
        super().__init__(
            operands=[values],
            properties={"axis": integer(axis)},
            result_types=[reshaped(types[0], _joined(shapes, axis))],
        )
        if location is not None:
            self.location = location

    @property
    def axis(self) -> int:
        return self.axis_attr.value.data

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    def verify_(self) -> None:
        if not self.inputs:
            raise VerifyException("inputs: expected at least one, found none")
        types = [checked_tensor(value, f"input {i}") for i, value in enumerate(self.inputs)]
        shapes = [tensor.get_shape() for tensor in types]
        axis = checked_axis(self.axis_attr, len(shapes[0]))
        for index, shape in enumerate(shapes):
            check_elements(types[index], types[0].element_type, f"input {index}")
            if _without(shape, axis) != _without(shapes[0], axis):
                raise VerifyException(
                    f"input {index}: expected the shape {shape_text(shapes[0])} "
                    f"except at axis {axis}, found {shape_text(shape)}"
                )
        check_result(self.result, types[0], _joined(shapes, axis))

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list(self.inputs, printer.print_ssa_value)
        print_attributes(printer, self, self.FIELDS)
        print_types(printer, self.inputs, self.results)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        operands = parser.parse_comma_separated_list(
            parser.Delimiter.NONE, parser.parse_unresolved_operand
        )
        properties, attributes = parse_attributes(parser, cls.FIELDS)
        values, result_type = parse_types(parser, operands)
        return cls.build(
            operands=[values],
            properties=properties,
            attributes=attributes,
            result_types=[result_type],
        )


def _without(shape: Sequence[int], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], *shape[axis + 1 :])


def _joined(shapes: Sequence[Sequence[int]], axis: int) -> tuple[int, ...]:
    size = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], size, *shapes[0][axis + 1 :])


@irdl_op_definition
class ReshapeOp(SimpleOp):
    """The same elements, in row-major order, under another shape.

    `conv.reshape %x : tensor<1x8x2x2xf32> -> tensor<1x32xf32>`
    """

    name = "conv.reshape"

    def __init__(
        self,
        input: SSAValue | Operation,
        shape: Sequence[int],
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input")
        self._build(input, reshaped(input_type, shape), {}, location)

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input")
        result_type = checked_tensor(self.result, "result")
        check_elements(result_type, input_type.element_type, "result")
        shape, result = input_type.get_shape(), result_type.get_shape()
        if prod(result) != prod(shape):
            raise VerifyException(
                f"result: expected {prod(shape)} elements ({shape_text(shape)}), "
                f"found {prod(result)} ({shape_text(result)})"
            )


@irdl_op_definition
class TransposeOp(SimpleOp):
    """Reorders axes: axis i of the result is axis permutation[i] of the input.

    `conv.transpose %x {permutation = [0, 2, 1]} : tensor<1x2x3xf32> -> tensor<1x3x2xf32>`
    """

    name = "conv.transpose"

    permutation = prop_def(Integers)

    FIELDS: ClassVar[Mapping[str, Field]] = {"permutation": integers_field()}

    def __init__(
        self,
        input: SSAValue | Operation,
        permutation: Sequence[int],
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input")
        shape = input_type.get_shape()
        result_type = reshaped(input_type, [shape[axis] for axis in permutation])
        self._build(input, result_type, {"permutation": integers(permutation)}, location)

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input")
        shape = input_type.get_shape()
        permutation = checked_integers(self.permutation, "permutation")
        if sorted(permutation) != list(range(len(shape))):
            raise VerifyException(
                f"permutation: expected each axis below {len(shape)} once, "
                f"found {list(permutation)}"
            )
        check_result(self.result, input_type, [shape[axis] for axis in permutation])


@irdl_op_definition
class ChannelShuffleOp(SimpleOp):
    """Interleaves groups of channels: channel j * groups + g is channel g * (C / groups) + j.

    `conv.channel_shuffle %x {groups = 2} : tensor<1x6x4x4xf32> -> tensor<1x6x4x4xf32>`
    """

    name = "conv.channel_shuffle"

    groups_attr = prop_def(IntegerAttr[IntegerType], prop_name="groups")

    FIELDS: ClassVar[Mapping[str, Field]] = {"groups": integer_field()}

    def __init__(
        self,
        input: SSAValue | Operation,
        groups: int,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        self._build(input, plain(input_type), {"groups": integer(groups)}, location)

    @property
    def groups(self) -> int:
        return self.groups_attr.value.data

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4)
        shape = input_type.get_shape()
        groups = checked_integer(self.groups_attr, "groups", minimum=1)
        if shape[1] % groups:
            raise VerifyException(
                f"groups: expected a divisor of the {shape[1]} channels, found {groups}"
            )
        check_result(self.result, input_type, shape)


@irdl_op_definition
class ConvertLayoutOp(SimpleOp):
    """The same logical tensor in another memory layout.

    `conv.convert_layout %x : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xf32, #conv.layout<nchwc, 8>>`
    """

    name = "conv.convert_layout"

    def __init__(
        self,
        input: SSAValue | Operation,
        result_type: ConvTensor,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        self._build(input, result_type, {}, location)

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input")
        check_result(self.result, input_type, input_type.get_shape())
