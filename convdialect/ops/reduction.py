"""Sums over images and pixels, and taking one image of a batch."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr, f32
from xdsl.ir import Operation, Region, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import Field, integer, integer_field
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.region_op import RegionOp
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.regions import verify_scalar_region, yielded_values
from convopt.convdialect.shapes import broadcast_shapes
from convopt.convdialect.verification import (
    check_result,
    check_shape,
    checked_integer,
    checked_tensor,
)


@irdl_op_definition
class ChannelSumsOp(RegionOp):
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

    def verify_(self) -> None:
        for index, value in enumerate(self.inputs):
            checked_tensor(value, f"input {index}", rank=4, elements=(f32,))
        channels = self._checked_shape()[1]
        for index, tensor in enumerate(self.input_types):
            found = tensor.get_shape()[1]
            if found != channels:
                raise VerifyException(f"input {index}: expected {channels} channels, found {found}")
        result = checked_tensor(self.result, "result", rank=4, elements=(f32,))
        sums = [f32] * result.get_shape()[0]
        verify_scalar_region(self.body, [f32] * len(self.inputs), sums, "body")
        check_shape(result, (len(sums), channels, 1, 1), "result")


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
