"""The two gradients of a convolution: with regard to its input and to its filter.

Both are named by the convolution that they belong to, whose stride, padding, dilation and groups
they have: input [N, C, H, W], filter [O, I, KH, KW] with I input channels per group, result
[N, O, OH, OW]. `grad` is the gradient of that result.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr, f32
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import (
    DILATION_FIELD,
    PADDING_FIELD,
    STRIDE_FIELD,
    Field,
    Integers,
    integer,
    integer_field,
    integers,
    integers_field,
    parse_attributes,
    parse_operands,
    parse_schedule,
    parse_types,
    print_attributes,
    print_schedule,
    print_types,
)
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.gradient_schedules import GradientTileAttr
from convopt.convdialect.layouts import reshaped
from convopt.convdialect.ops.convolution_base import kernel_of
from convopt.convdialect.schedules import TileAttr
from convopt.convdialect.shapes import Padding, Pair, Window
from convopt.convdialect.verification import (
    check_shape,
    checked_integer,
    checked_integers,
    checked_output_size,
    checked_plain_tensor,
    checked_tensor,
)

GROUPS_FIELD = integer_field(1)
WINDOW_FIELDS = {
    "stride": STRIDE_FIELD,
    "padding": PADDING_FIELD,
    "dilation": DILATION_FIELD,
    "groups": GROUPS_FIELD,
}


class GradientOp(IRDLOperation, ABC):
    """What both gradients share: two operands, a window, a schedule once it is chosen."""

    first = operand_def()
    second = operand_def()
    stride = prop_def(Integers, default_value=STRIDE_FIELD.default)
    padding = prop_def(Integers, default_value=PADDING_FIELD.default)
    dilation = prop_def(Integers, default_value=DILATION_FIELD.default)
    groups = prop_def(IntegerAttr[IntegerType], default_value=GROUPS_FIELD.default)
    result = result_def()

    traits = traits_def(Pure())

    FIELDS: ClassVar[Mapping[str, Field]] = WINDOW_FIELDS

    def _build(
        self,
        operands: tuple[SSAValue | Operation, SSAValue | Operation],
        window: Window,
        groups: int,
        properties: Mapping[str, Attribute | None],
        result_type: ConvTensor,
        location: LocationAttr | None,
    ) -> None:
        super().__init__(
            operands=list(operands),
            properties={
                "stride": integers(window.stride),
                "padding": integers(window.padding),
                "dilation": integers(window.dilation),
                "groups": integer(groups),
                **properties,
            },
            result_types=[result_type],
        )
        if location is not None:
            self.location = location

    @property
    @abstractmethod
    def kernel(self) -> Pair:
        """Height and width of the filter."""

    @property
    @abstractmethod
    def grad_type(self) -> ConvTensor:
        """[N, O, OH, OW]."""

    @property
    @abstractmethod
    def input_type(self) -> ConvTensor:
        """[N, C, H, W], of the convolution's input."""

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    @property
    def window(self) -> Window:
        """How the convolution's filter slides over its input."""
        return Window(
            self.kernel,
            cast(Pair, self.stride.get_values()),
            cast(Padding, self.padding.get_values()),
            cast(Pair, self.dilation.get_values()),
        )

    @property
    def group_count(self) -> int:
        return self.groups.value.data

    @property
    def macs(self) -> int:
        """Multiply-accumulates, those of the convolution: padding counts as data."""
        inputs, outputs = self.input_type.get_shape()[1], self.grad_type.get_shape()[1]
        batch, _, height, width = self.grad_type.get_shape()
        taps = self.kernel[0] * self.kernel[1]
        return batch * outputs * height * width * taps * inputs // self.group_count

    def _verify_window(self) -> None:
        """The window, and that the gradient has the size of the convolution's result."""
        checked_integers(self.stride, "stride", count=2, minimum=1)
        checked_integers(self.padding, "padding", count=4)
        checked_integers(self.dilation, "dilation", count=2, minimum=1)
        checked_integer(self.groups, "groups", minimum=1)
        inputs, outputs = self.input_type.get_shape()[1], self.grad_type.get_shape()[1]
        for name, channels in (("input", inputs), ("output", outputs)):
            if channels % self.group_count:
                raise VerifyException(
                    f"groups: expected a divisor of the {channels} {name} channels, "
                    f"found {self.group_count}"
                )
        size = checked_output_size(self.window, self.input_type)
        check_shape(self.grad_type, (self.input_type.get_shape()[0], outputs, *size), "grad")

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list(self.operands, printer.print_ssa_value)
        print_attributes(printer, self, self.FIELDS)
        print_schedule(printer, self.properties.get("schedule"))
        print_types(printer, self.operands, self.results)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        operands = parse_operands(parser, 2)
        properties, attributes = parse_attributes(parser, cls.FIELDS)
        schedule = parse_schedule(parser)
        inputs, result_type = parse_types(parser, operands)
        return cls.build(
            operands=inputs,
            properties={**properties, "schedule": schedule},
            attributes=attributes,
            result_types=[result_type],
        )


@irdl_op_definition
class BackwardDataOp(GradientOp):
    """The gradient with regard to a convolution's input.

    ```mlir
    %dx = conv.backward_data %dy, %w {stride = [2, 2], padding = [1, 1, 1, 1], groups = 8}
        : tensor<1x8x4x4xf32>, tensor<8x1x3x3xf32> -> tensor<1x8x8x8xf32>
    ```
    The result type tells the input's height and width, of which a stride leaves several possible.
    """

    name = "conv.backward_data"

    schedule = opt_prop_def(TileAttr)

    def __init__(
        self,
        grad: SSAValue | Operation,
        filter: SSAValue | Operation,
        size: Pair,
        *,
        stride: Pair = (1, 1),
        padding: Padding = (0, 0, 0, 0),
        dilation: Pair = (1, 1),
        groups: int = 1,
        schedule: TileAttr | None = None,
        result_type: ConvTensor | None = None,
        location: LocationAttr | None = None,
    ) -> None:
        """`size`: height and width of the input."""
        grad_type = checked_tensor(SSAValue.get(grad), "grad", rank=4, elements=(f32,))
        channels = groups * checked_tensor(SSAValue.get(filter), "filter", rank=4).get_shape()[1]
        shape = (grad_type.get_shape()[0], channels, *size)
        self._build(
            (grad, filter),
            Window(kernel_of(filter), stride, padding, dilation),
            groups,
            {"schedule": schedule},
            result_type or reshaped(grad_type, shape),
            location,
        )

    @property
    def grad(self) -> SSAValue:
        return self.first

    @property
    def filter(self) -> SSAValue:
        return self.second

    @property
    def filter_type(self) -> ConvTensor:
        return cast(ConvTensor, self.filter.type)

    @property
    def kernel(self) -> Pair:
        return kernel_of(self.filter)

    @property
    def grad_type(self) -> ConvTensor:
        return cast(ConvTensor, self.grad.type)

    @property
    def input_type(self) -> ConvTensor:
        return self.result_type

    def verify_(self) -> None:
        checked_tensor(self.grad, "grad", rank=4, elements=(f32,))
        checked_tensor(self.result, "result", rank=4, elements=(f32,))
        filter_type = checked_plain_tensor(self.filter, "filter", rank=4)
        self._verify_window()
        channels, outputs = self.result_type.get_shape()[1], self.grad_type.get_shape()[1]
        expected = (outputs, channels // self.group_count, *self.kernel)
        check_shape(filter_type, expected, "filter")


@irdl_op_definition
class WeightGradientOp(GradientOp):
    """The gradient with regard to a convolution's filter, as [1, O, I, KH * KW].

    ```mlir
    %dw = conv.weight_gradient %x, %dy {kernel = [3, 3], padding = [1, 1, 1, 1], groups = 8}
        : tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32> -> tensor<1x8x1x9xf32>
    ```
    These are the elements of the filter in their order, so that `conv.reshape` makes them one. Like
    an image of O channels they can lie in channel blocks.
    """

    name = "conv.weight_gradient"

    kernel_attr = prop_def(Integers, prop_name="kernel")
    schedule = opt_prop_def(GradientTileAttr)

    FIELDS: ClassVar[Mapping[str, Field]] = {"kernel": integers_field(), **WINDOW_FIELDS}

    def __init__(
        self,
        input: SSAValue | Operation,
        grad: SSAValue | Operation,
        kernel: Pair,
        *,
        stride: Pair = (1, 1),
        padding: Padding = (0, 0, 0, 0),
        dilation: Pair = (1, 1),
        groups: int = 1,
        schedule: GradientTileAttr | None = None,
        result_type: ConvTensor | None = None,
        location: LocationAttr | None = None,
    ) -> None:
        input_type = checked_tensor(SSAValue.get(input), "input", rank=4, elements=(f32,))
        grad_type = checked_tensor(SSAValue.get(grad), "grad", rank=4, elements=(f32,))
        window = Window(kernel, stride, padding, dilation)
        inputs, outputs = input_type.get_shape()[1], grad_type.get_shape()[1]
        shape = (1, outputs, inputs // groups, kernel[0] * kernel[1])
        self._build(
            (input, grad),
            window,
            groups,
            {"kernel": integers(kernel), "schedule": schedule},
            result_type or reshaped(grad_type, shape),
            location,
        )

    @property
    def input(self) -> SSAValue:
        return self.first

    @property
    def grad(self) -> SSAValue:
        return self.second

    @property
    def kernel(self) -> Pair:
        return cast(Pair, self.kernel_attr.get_values())

    @property
    def grad_type(self) -> ConvTensor:
        return cast(ConvTensor, self.grad.type)

    @property
    def input_type(self) -> ConvTensor:
        return cast(ConvTensor, self.input.type)

    def verify_(self) -> None:
        checked_tensor(self.input, "input", rank=4, elements=(f32,))
        checked_tensor(self.grad, "grad", rank=4, elements=(f32,))
        checked_tensor(self.result, "result", rank=4, elements=(f32,))
        checked_integers(self.kernel_attr, "kernel", count=2, minimum=1)
        self._verify_window()
        inputs, outputs = self.input_type.get_shape()[1], self.grad_type.get_shape()[1]
        taps = self.kernel[0] * self.kernel[1]
        check_shape(self.result_type, (1, outputs, inputs // self.group_count, taps), "result")
