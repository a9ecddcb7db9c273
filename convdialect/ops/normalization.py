"""Normalisation: batch norm with fixed statistics, and softmax; of f32 tensors only."""

from collections.abc import Mapping
from math import isfinite
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import (
    Float32Type,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    LocationAttr,
    f32,
)
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    Field,
    float_field,
    integer,
    integer_field,
    parse_attributes,
    parse_operands,
    parse_types,
    print_attributes,
    print_types,
)
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.layouts import plain
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.verification import (
    check_result,
    check_shape,
    checked_axis,
    checked_tensor,
    normalized_axis,
)


@irdl_op_definition
class BatchNormOp(IRDLOperation):
    """(input - mean) / sqrt(variance + epsilon) * scale + shift, per channel (axis 1).

    `conv.batch_norm %x, %scale, %shift, %mean, %variance {epsilon = 1.0e-5 : f32} : ... -> ...`
    """

    name = "conv.batch_norm"

    input = operand_def()
    scale = operand_def()
    shift = operand_def()
    mean = operand_def()
    variance = operand_def()
    epsilon_attr = prop_def(FloatAttr[Float32Type], prop_name="epsilon")
    result = result_def()

    traits = traits_def(Pure())

    FIELDS: ClassVar[Mapping[str, Field]] = {"epsilon": float_field()}

    def __init__(
        self,
        input: SSAValue | Operation,
        scale: SSAValue | Operation,
        shift: SSAValue | Operation,
        mean: SSAValue | Operation,
        variance: SSAValue | Operation,
        epsilon: float,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[input, scale, shift, mean, variance],
            properties={"epsilon": FloatAttr(epsilon, f32)},
            result_types=[plain(checked_tensor(SSAValue.get(input), "input"))],
        )
        if location is not None:
            self.location = location

    @property
    def epsilon(self) -> float:
        return self.epsilon_attr.value.data

    @property
    def parameters(self) -> dict[str, SSAValue]:
        """The four per-channel operands by name."""
        return {
            "scale": self.scale,
            "shift": self.shift,
            "mean": self.mean,
            "variance": self.variance,
        }

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", elements=[f32])
        shape = input_type.get_shape()
        if len(shape) < 2:
            raise VerifyException(f"input: expected rank 2 or more, found {self.input.type}")
        check_result(self.result, input_type, shape)
        for name, value in self.parameters.items():
            check_shape(checked_tensor(value, name, elements=[f32]), shape[1:2], name)
        if not (isfinite(self.epsilon) and self.epsilon >= 0):
            raise VerifyException(
                f"epsilon: expected a finite number of at least 0, found {self.epsilon}"
            )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list(self.operands, printer.print_ssa_value)
        print_attributes(printer, self, self.FIELDS)
        print_types(printer, self.operands, self.results)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        operands = parse_operands(parser, 5)
        properties, attributes = parse_attributes(parser, cls.FIELDS)
        values, result_type = parse_types(parser, operands)
        return cls.build(
            operands=values,
            properties=properties,
            attributes=attributes,
            result_types=[result_type],
        )


@irdl_op_definition
class SoftmaxOp(SimpleOp):
    """exp(x) / sum of exp(x) along one axis.

    `conv.softmax %x {axis = 1} : tensor<1x10xf32> -> tensor<1x10xf32>`
    """

    name = "conv.softmax"

    axis_attr = prop_def(IntegerAttr[IntegerType], prop_name="axis")

    FIELDS: ClassVar[Mapping[str, Field]] = {"axis": integer_field()}

    def __init__(
        self,
        input: SSAValue | Operation,
        axis: int,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input")
        axis = normalized_axis(axis, input_type.get_num_dims())
        self._build(input, plain(input_type), {"axis": integer(axis)}, location)

    @property
    def axis(self) -> int:
        return self.axis_attr.value.data

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", elements=[f32])
        checked_axis(self.axis_attr, input_type.get_num_dims())
        check_result(self.result, input_type, input_type.get_shape())
