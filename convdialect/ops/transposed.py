"""What makes a convolution of the gradient with regard to a convolution's input."""

from collections.abc import Mapping
from typing import ClassVar, cast

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import Field, Integers, integer, integers, integers_field
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.gradients import GROUPS_FIELD
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.shapes import Pair
from convopt.convdialect.verification import (
    check_result,
    checked_integer,
    checked_integers,
    checked_plain_tensor,
    checked_tensor,
)

_LEAST = -(2**31)


@irdl_op_definition
class DilateOp(SimpleOp):
    """Moves pixels apart: pixel (y, x) goes to row `before` + y * `stride`, and so with columns.

    All else is zero; pixels that would lie outside of the result are dropped.

    ```mlir
    %1 = conv.dilate %0 {stride = [2, 2], before = [1, 1]}
        : tensor<1x8x4x4xf32> -> tensor<1x8x9x9xf32>
    ```
    """

    name = "conv.dilate"

    stride_attr = prop_def(Integers, prop_name="stride")
    before_attr = prop_def(Integers, prop_name="before")

    FIELDS: ClassVar[Mapping[str, Field]] = {
        "stride": integers_field(),
        "before": integers_field((0, 0)),
    }

    def __init__(
        self,
        input: SSAValue | Operation,
        size: Pair,
        stride: Pair,
        before: Pair = (0, 0),
        *,
        location: LocationAttr | None = None,
    ) -> None:
        """`size`: height and width of the result."""
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        result_type = reshaped(input_type, (*input_type.get_shape()[:2], *size))
        properties = {"stride": integers(stride), "before": integers(before)}
        self._build(input, result_type, properties, location)

    @property
    def stride(self) -> Pair:
        return cast(Pair, self.stride_attr.get_values())

    @property
    def before(self) -> Pair:
        return cast(Pair, self.before_attr.get_values())

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4)
        checked_integers(self.stride_attr, "stride", count=2, minimum=1)
        checked_integers(self.before_attr, "before", count=2, minimum=_LEAST)
        size = checked_tensor(self.result, "result", rank=4).get_shape()[2:]
        check_result(self.result, input_type, (*input_type.get_shape()[:2], *size))


@irdl_op_definition
class TransposeFilterOp(SimpleOp):
    """The filter of a convolution of the gradient: [O, I, KH, KW] to [G * I, O / G, KH, KW].

    Input and output channels change places within each of G groups, and both axes are reversed.

    ```mlir
    %1 = conv.transpose_filter %0 {groups = 2} : tensor<8x3x5x5xf32> -> tensor<6x4x5x5xf32>
    ```
    """

    name = "conv.transpose_filter"

    groups_attr = prop_def(
        IntegerAttr[IntegerType], default_value=GROUPS_FIELD.default, prop_name="groups"
    )

    FIELDS: ClassVar[Mapping[str, Field]] = {"groups": GROUPS_FIELD}

    def __init__(
        self,
        input: SSAValue | Operation,
        groups: int = 1,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_plain_tensor(SSAValue.get(input), "input", rank=4)
        outputs, inputs, *kernel = input_type.get_shape()
        result_type = reshaped(input_type, (groups * inputs, outputs // groups, *kernel))
        self._build(input, result_type, {"groups": integer(groups)}, location)

    @property
    def groups(self) -> int:
        return self.groups_attr.value.data

    def verify_(self) -> None:
        input_type = checked_plain_tensor(self.input, "input", rank=4)
        checked_plain_tensor(self.result, "result", rank=4)
        groups = checked_integer(self.groups_attr, "groups", minimum=1)
        outputs, inputs, *kernel = input_type.get_shape()
        if outputs % groups:
            raise VerifyException(
                f"groups: expected a divisor of the {outputs} output channels, found {groups}"
            )
        check_result(self.result, input_type, (groups * inputs, outputs // groups, *kernel))
