"""Pooling over windows and over whole feature maps."""

from collections.abc import Mapping
from typing import ClassVar, cast

from xdsl.dialects.builtin import BoolAttr, LocationAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    DILATION_FIELD,
    PADDING_FIELD,
    STRIDE_FIELD,
    Field,
    Integers,
    bool_field,
    integers,
    integers_field,
)
from convopt.convdialect.attributes import PoolKind, PoolKindAttr
from convopt.convdialect.element_types import ELEMENT_TYPES, FLOATS, ElementType
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.simple import SimpleOp
from convopt.convdialect.shapes import Padding, Pair, Window
from convopt.convdialect.verification import (
    check_result,
    checked_integers,
    checked_output_size,
    checked_tensor,
)

COUNT_FIELD = bool_field(False)


def _elements(kind: PoolKind) -> tuple[ElementType, ...]:
    """What may be pooled: an average of integers would need a scale of its own."""
    return ELEMENT_TYPES if kind == PoolKind.MAX else FLOATS


@irdl_op_definition
class PoolOp(SimpleOp):
    """The maximum or average over a sliding window of an NCHW tensor.

    Padding never enters a maximum; it enters an average as zeros when `count_include_pad` is set,
    else the average is over the elements inside. Every window holds at least one element.
    Rounding sizes up ("ceil mode") is written as more padding at the bottom and right.

    `conv.pool max %x {kernel = [3, 3], stride = [2, 2], padding = [1, 1, 1, 1]} : ... -> ...`
    """

    name = "conv.pool"

    kind_attr = prop_def(PoolKindAttr, prop_name="kind")
    kernel = prop_def(Integers)
    stride = prop_def(Integers, default_value=STRIDE_FIELD.default)
    padding = prop_def(Integers, default_value=PADDING_FIELD.default)
    dilation = prop_def(Integers, default_value=DILATION_FIELD.default)
    count_include_pad_attr = prop_def(
        BoolAttr, default_value=COUNT_FIELD.default, prop_name="count_include_pad"
    )

    FIELDS: ClassVar[Mapping[str, Field]] = {
        "kernel": integers_field(),
        "stride": STRIDE_FIELD,
        "padding": PADDING_FIELD,
        "dilation": DILATION_FIELD,
        "count_include_pad": COUNT_FIELD,
    }

    def __init__(
        self,
        input: SSAValue | Operation,
        kind: PoolKind,
        kernel: Pair,
        stride: Pair = (1, 1),
        padding: Padding = (0, 0, 0, 0),
        dilation: Pair = (1, 1),
        count_include_pad: bool = False,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        batch, channels, height, width = input_type.get_shape()
        size = Window(kernel, stride, padding, dilation).output_size(height, width)
        properties: dict[str, Attribute] = {
            "kind": PoolKindAttr(kind),
            "kernel": integers(kernel),
            "stride": integers(stride),
            "padding": integers(padding),
            "dilation": integers(dilation),
            "count_include_pad": BoolAttr.from_bool(count_include_pad),
        }
        result_type = reshaped(input_type, (batch, channels, *size))
        self._build(input, result_type, properties, location)

    @property
    def kind(self) -> PoolKind:
        return self.kind_attr.data

    @property
    def count_include_pad(self) -> bool:
        return bool(self.count_include_pad_attr.value.data)

    @property
    def window(self) -> Window:
        return Window(
            cast(Pair, self.kernel.get_values()),
            cast(Pair, self.stride.get_values()),
            cast(Padding, self.padding.get_values()),
            cast(Pair, self.dilation.get_values()),
        )

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4, elements=_elements(self.kind))
        batch, channels, height, width = input_type.get_shape()
        checked_tensor(self.result, "result", rank=4)
        checked_integers(self.kernel, "kernel", count=2, minimum=1)
        checked_integers(self.stride, "stride", count=2, minimum=1)
        checked_integers(self.padding, "padding", count=4)
        checked_integers(self.dilation, "dilation", count=2, minimum=1)
        size = checked_output_size(self.window, self.input_type)
        check_result(self.result, input_type, (batch, channels, *size))
        empty = self.window.first_empty_position(height, width)
        if empty is not None:
            axis, index = empty
            raise VerifyException(
                f"padding: expected an input element in every window, "
                f"found none at output {axis} {index}"
            )

    def _print_kind(self, printer: Printer) -> None:
        printer.print_string(f" {self.kind.value}")

    @classmethod
    def _parse_kind(cls, parser: Parser) -> dict[str, Attribute]:
        return {"kind": PoolKindAttr(parser.parse_str_enum(PoolKind))}


@irdl_op_definition
class GlobalPoolOp(SimpleOp):
    """The maximum or average of each feature map: [N, C, H, W] to [N, C, 1, 1].

    `conv.global_pool average %x : tensor<1x8x7x7xf32> -> tensor<1x8x1x1xf32>`
    """

    name = "conv.global_pool"

    kind_attr = prop_def(PoolKindAttr, prop_name="kind")

    def __init__(
        self,
        input: SSAValue | Operation,
        kind: PoolKind,
        *,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4)
        result_type = reshaped(input_type, (*input_type.get_shape()[:2], 1, 1))
        self._build(input, result_type, {"kind": PoolKindAttr(kind)}, location)

    @property
    def kind(self) -> PoolKind:
        return self.kind_attr.data

    def verify_(self) -> None:
        input_type = checked_tensor(self.input, "input", rank=4, elements=_elements(self.kind))
        check_result(self.result, input_type, (*input_type.get_shape()[:2], 1, 1))

    def _print_kind(self, printer: Printer) -> None:
        printer.print_string(f" {self.kind.value}")

    @classmethod
    def _parse_kind(cls, parser: Parser) -> dict[str, Attribute]:
        return {"kind": PoolKindAttr(parser.parse_str_enum(PoolKind))}
