"""Convolutions over NCHW tensors: the general one and its three special kinds.

All take an input [N, C, H, W], a filter [O, I, KH, KW] with I input channels per group, and make
a result [N, O, OH, OW]. What follows the accumulation is the epilogue, a scalar region.
"""

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr
from xdsl.ir import Operation, Region, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    DILATION_FIELD,
    PADDING_FIELD,
    STRIDE_FIELD,
    Field,
    integer,
    integer_field,
    integers,
)
from convopt.convdialect.element_types import FLOATS, ConvTensor, element_of
from convopt.convdialect.ops.convolution_base import (
    ConvolutionOp,
    SpatialConvolutionOp,
    kernel_of,
)
from convopt.convdialect.schedules import BlockAttr, TileAttr
from convopt.convdialect.shapes import Padding, Pair, Window
from convopt.convdialect.verification import (
    check_elements,
    check_shape,
    checked_integer,
    checked_tensor,
    shape_text,
)

__all__ = [
    "Conv2DOp",
    "ConvolutionOp",
    "DepthwiseOp",
    "GroupedOp",
    "PointwiseOp",
    "SpatialConvolutionOp",
]

GROUPS_FIELD = integer_field(1)


class CountedGroupsOp(SpatialConvolutionOp, ABC):
    """A convolution that says its number of groups."""

    groups = prop_def(IntegerAttr[IntegerType], default_value=GROUPS_FIELD.default)

    FIELDS: ClassVar[Mapping[str, Field]] = {
        "stride": STRIDE_FIELD,
        "padding": PADDING_FIELD,
        "dilation": DILATION_FIELD,
        "groups": GROUPS_FIELD,
    }

    def __init__(
        self,
        input: SSAValue | Operation,
        filter: SSAValue | Operation,
        *,
        stride: Pair = (1, 1),
        padding: Padding = (0, 0, 0, 0),
        dilation: Pair = (1, 1),
        groups: int = 1,
        scale: SSAValue | Operation | None = None,
        extras: Sequence[SSAValue | Operation] = (),
        epilogue: Region | None = None,
        schedule: TileAttr | BlockAttr | None = None,
        result_type: ConvTensor | None = None,
        location: LocationAttr | None = None,
    ) -> None:
        self._build(
            input,
            filter,
            Window(kernel_of(filter), stride, padding, dilation),
            {
                "padding": integers(padding),
                "dilation": integers(dilation),
                "groups": integer(groups),
            },
            scale=scale,
            extras=extras,
            epilogue=epilogue,
            schedule=schedule,
            result_type=result_type,
            location=location,
        )

    @property
    def group_count(self) -> int:
        return self.groups.value.data

    def _verify_window(self) -> None:
        super()._verify_window()
        checked_integer(self.groups, "groups", minimum=1)


@irdl_op_definition
class Conv2DOp(CountedGroupsOp):
    """The general convolution: any stride, padding, dilation and number of groups.

    ```mlir
    %y = conv.conv2d %x, %w {stride = [2, 2], padding = [1, 1, 1, 1]} epilogue(%b : tensor<8xf32>) {
    ^bb0(%acc: f32, %bias: f32):
      %sum = arith.addf %acc, %bias : f32
      conv.yield %sum : f32
    } : tensor<1x4x32x32xf32>, tensor<8x4x3x3xf32> -> tensor<1x8x16x16xf32>
    ```
    """

    name = "conv.conv2d"


@irdl_op_definition
class GroupedOp(CountedGroupsOp):
    """A convolution of several groups, neither dense nor depthwise; written like conv.conv2d."""

    name = "conv.grouped"


@irdl_op_definition
class DepthwiseOp(SpatialConvolutionOp):
    """One group per input channel: filter [C * multiplier, 1, KH, KW].

    `conv.depthwise %x, %w {padding = [1, 1, 1, 1]} schedule = #conv.tile<rotate, rows = 2> : ...`
    """

    name = "conv.depthwise"

    FIELDS: ClassVar[Mapping[str, Field]] = {
        "stride": STRIDE_FIELD,
        "padding": PADDING_FIELD,
        "dilation": DILATION_FIELD,
    }

    def __init__(
        self,
        input: SSAValue | Operation,
        filter: SSAValue | Operation,
        *,
        stride: Pair = (1, 1),
        padding: Padding = (0, 0, 0, 0),
        dilation: Pair = (1, 1),
        scale: SSAValue | Operation | None = None,
        extras: Sequence[SSAValue | Operation] = (),
        epilogue: Region | None = None,
        schedule: TileAttr | BlockAttr | None = None,
        result_type: ConvTensor | None = None,
        location: LocationAttr | None = None,
    ) -> None:
        self._build(
            input,
            filter,
            Window(kernel_of(filter), stride, padding, dilation),
            {"padding": integers(padding), "dilation": integers(dilation)},
            scale=scale,
            extras=extras,
            epilogue=epilogue,
            schedule=schedule,
            result_type=result_type,
            location=location,
        )

    @property
    def group_count(self) -> int:
        return self.input_type.get_shape()[1]


@irdl_op_definition
class PointwiseOp(ConvolutionOp):
    """A 1x1 convolution over all channels, without padding: filter [O, C, 1, 1].

    `conv.pointwise %x, %w scale(%s : tensor<1x24x1x1xf32>) : ...` multiplies the input by %s.
    """

    name = "conv.pointwise"

    FIELDS: ClassVar[Mapping[str, Field]] = {"stride": STRIDE_FIELD}

    def __init__(
        self,
        input: SSAValue | Operation,
        filter: SSAValue | Operation,
        *,
        stride: Pair = (1, 1),
        scale: SSAValue | Operation | None = None,
        extras: Sequence[SSAValue | Operation] = (),
        epilogue: Region | None = None,
        schedule: TileAttr | BlockAttr | None = None,
        result_type: ConvTensor | None = None,
        location: LocationAttr | None = None,
    ) -> None:
        self._build(
            input,
            filter,
            Window((1, 1), stride),
            {},
            scale=scale,
            extras=extras,
            epilogue=epilogue,
            schedule=schedule,
            result_type=result_type,
            location=location,
        )

    @property
    def group_count(self) -> int:
        return 1

    @property
    def window(self) -> Window:
        return Window((1, 1), cast(Pair, self.stride.get_values()))

    def _verify_channels(self) -> None:
        kernel = kernel_of(self.filter)
        if kernel != (1, 1):
            raise VerifyException(f"filter: expected a 1x1 kernel, found {shape_text(kernel)}")
        super()._verify_channels()

    def _verify_scale(self) -> None:
        if self.scale is None:
            return
        batch, channels = self.input_type.get_shape()[:2]
        scale = checked_tensor(self.scale, "scale", elements=FLOATS)
        check_shape(scale, (batch, channels, 1, 1), "scale")
        check_elements(scale, element_of(self.input_type), "scale")
