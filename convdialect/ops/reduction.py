"""Sums over images and pixels, and taking one image of a batch."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr, f32
from xdsl.ir import Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    Field,
    integer,
    integer_field,
    parse_region_op,
    print_region_op,
)
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.ops.yield_op import HoldsYield
from convopt.convdialect.regions import verify_scalar_region, yielded_values
from convopt.convdialect.shapes import broadcast_shapes
from convopt.convdialect.verification import (
    check_result,
    check_shape,
    checked_integer,
    checked_tensor,
)


@irdl_op_definition
class ChannelSumsOp(IRDLOperation):
    """Sums of a scalar region's values over images and pixels; one image of the result a value.

    Inputs, of C channels each, broadcast to [N, C, H, W]; a region that yields k values makes
    [k, C, 1, 1]. Batch normalisation is trained with such sums, and biases.

    ```mlir
    %s = conv.channel_sums(%x) {
    ^bb0(%a: f32):
      %square = arith.mulf %a, %a : f32
      conv.yield %a, %square : f32, f32
    } : tensor<4x8x7x7xf32> -> tensor<2x8x1x1xf32>
    ```
    """

    name = "conv.channel_sums"

    inputs = var_operand_def()
    body = region_def()
    result = result_def()

    traits = traits_def(Pure(), IsolatedFromAbove(), HoldsYield())

    def __init__(
        self,
        inputs: Sequence[SSAValue | Operation],
        body: Region,
        result_type: ConvTensor | None = None,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        values = [SSAValue.get(value) for value in inputs]
        types = [checked_tensor(value, "input", elements=(f32,)) for value in values]
        if result_type is None:
            channels = broadcast_shapes([tensor.get_shape() for tensor in types])[1]
            count = len(yielded_values(body.block))
            result_type = reshaped(types[0], (count, channels, 1, 1))
        super().__init__(operands=[values], regions=[body], result_types=[result_type])
        if location is not None:
            self.location = location

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    @property
    def summed_shape(self) -> tuple[int, ...]:
        """[N, C, H, W] of what is summed."""
        return broadcast_shapes([cast(ConvTensor, each.type).get_shape() for each in self.inputs])

    def verify_(self) -> None:
        if not self.inputs:
            raise VerifyException("inputs: expected at least one, found none")
        for index, value in enumerate(self.inputs):
            checked_tensor(value, f"input {index}", rank=4, elements=(f32,))
        try:
            channels = self.summed_shape[1]
        except ConvoptError as error:
            raise VerifyException(f"inputs: {error}") from error
        for index, value in enumerate(self.inputs):
            found = cast(ConvTensor, value.type).get_shape()[1]
            if found != channels:
                raise VerifyException(f"input {index}: expected {channels} channels, found {found}")
        result = checked_tensor(self.result, "result", rank=4, elements=(f32,))
        sums = [f32] * result.get_shape()[0]
        verify_scalar_region(self.body, [f32] * len(self.inputs), sums, "body")
        check_shape(result, (len(sums), channels, 1, 1), "result")

    def print(self, printer: Printer) -> None:
        print_region_op(printer, self, self.inputs, self.body)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        inputs, body, attributes, _, result_type = parse_region_op(parser)
        return cls.build(
            operands=[inputs], regions=[body], attributes=attributes, result_types=[result_type]
        )


@irdl_op_definition
class TakeImageOp(SimpleOp):
    """One image of a batch.

    `conv.take_image %x {number = 1} : tensor<2x8x1x1xf32> -> tensor<1x8x1x1xf32>`
    """

    name = "conv.take_image"

    number_attr = prop_def(IntegerAttr[IntegerType], prop_name="number")

    FIELDS: ClassVar[Mapping[str, Field]] = {"number": integer_field()}

    def __init__(
        self,
        input: SSAValue | Operation,
        number: int,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        result_type = reshaped(input_type, (1, *input_type.get_shape()[1:]))
        self._build(input, result_type, {"number": integer(number)}, location)

    @property
    def number(self) -> int:
        return self.number_attr.value.data

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4)
        images, *sizes = input_type.get_shape()
        number = checked_integer(self.number_attr, "number")
        if number >= images:
            raise VerifyException(f"number: expected less than the {images} images, found {number}")
        check_result(self.result, input_type, (1, *sizes))
