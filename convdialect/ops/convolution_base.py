"""What all convolutions share: operands, epilogue, syntax and rules."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import LocationAttr, f32, i32
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    base,
    operand_def,
    opt_operand_def,
    opt_prop_def,
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
    DILATION_FIELD,
    PADDING_FIELD,
    STRIDE_FIELD,
    Field,
    Integers,
    integers,
    parse_attributes,
    parse_clause_operands,
    parse_operands,
    parse_schedule,
    parse_types,
    print_attributes,
    print_clause,
    print_region,
    print_schedule,
    print_types,
)
from convopt.convdialect.element_types import (
    ConvTensor,
    ElementType,
    element_of,
    widened,
    yielded,
)
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.layouts import reshaped, tensor_of
from convopt.convdialect.ops.yield_op import HoldsYield
from convopt.convdialect.regions import verify_scalar_region
from convopt.convdialect.schedules import BlockAttr, TileAttr
from convopt.convdialect.shapes import Padding, Pair, Window, conv_macs
from convopt.convdialect.verification import (
    check_elements,
    check_shape,
    checked_integers,
    checked_output_size,
    checked_plain_tensor,
    checked_tensor,
    shape_text,
)


class ConvolutionOp(IRDLOperation, ABC):
    """What the four convolutions share.

    `scale` ([N, C, 1, 1], pointwise only) multiplies the input. `extras` are the further operands
    of the epilogue: [O] (a value per output channel, always f32) or of the result's shape. The
    epilogue's arguments are the accumulator and one scalar per extra; without an epilogue the
    accumulator is the result. `schedule` is the register tile (on a GPU the
    block of threads), absent before it is chosen.

    | input, filter | accumulator | result |
    |---|---|---|
    | f32 | f32 | f32 |
    | f16 | f32 | f16 or f32; sums are rounded once, when they are stored |
    | i8 | i32 | i8 or f32, as the epilogue makes of the i32 |

    i8 is symmetric: zero stands for zero in input and filter, and for the padding. The offset of an
    asymmetric input is folded into the bias by whoever writes the IR (input minus zero point, times
    filter, is a constant per output channel where no padding is read); that of a result is an
    addition in the epilogue. `scale` is for f32 and f16.
    """

    input = operand_def()
    filter = operand_def()
    scale = opt_operand_def()
    extras = var_operand_def()
    stride = prop_def(Integers, default_value=STRIDE_FIELD.default)
    schedule = opt_prop_def(base(TileAttr) | base(BlockAttr))
    epilogue = region_def()
    result = result_def()

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(Pure(), IsolatedFromAbove(), HoldsYield())

    FIELDS: ClassVar[Mapping[str, Field]]

    def _build(
        self,
        input: SSAValue | Operation,
        filter: SSAValue | Operation,
        window: Window,
        properties: Mapping[str, Attribute],
        *,
        scale: SSAValue | Operation | None,
        extras: Sequence[SSAValue | Operation],
        epilogue: Region | None,
        schedule: TileAttr | BlockAttr | None,
        result_type: ConvTensor | None,
        location: LocationAttr | None,
    ) -> None:
        input, filter = SSAValue.get(input), SSAValue.get(filter)
        super().__init__(
            operands=[input, filter, scale, list(extras)],
            properties={**properties, "stride": integers(window.stride), "schedule": schedule},
            regions=[Region() if epilogue is None else epilogue],
            result_types=[result_type or _result_type(input, filter, window)],
        )
        if location is not None:
            self.location = location

    @property
    @abstractmethod
    def group_count(self) -> int:
        """Groups that the channels of input and result fall into."""

    @property
    @abstractmethod
    def window(self) -> Window:
        """How the filter slides over the input."""

    @property
    def input_type(self) -> ConvTensor:
        return cast(ConvTensor, self.input.type)

    @property
    def filter_type(self) -> ConvTensor:
        return cast(ConvTensor, self.filter.type)

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    @property
    def multiplier(self) -> int:
        """Output channels per group."""
        return self.filter_type.get_shape()[0] // self.group_count

    @property
    def tile(self) -> TileAttr | None:
        """The schedule of a CPU. Raises ConvoptError where there is one of a GPU."""
        if isinstance(self.schedule, BlockAttr):
            raise ConvoptError(f"{self.name}: expected a #conv.tile, found {self.schedule}")
        return self.schedule

    @property
    def macs(self) -> int:
        """Multiply-accumulates, padding counted as if it were data."""
        return conv_macs(self.result_type.get_shape(), self.filter_type.get_shape())

    @property
    def has_epilogue(self) -> bool:
        return bool(self.epilogue.blocks)

    def verify_(self) -> None:
        element = element_of(checked_tensor(self.input, "input", rank=4))
        check_elements(checked_plain_tensor(self.filter, "filter", rank=4), element, "filter")
        checked_tensor(self.result, "result", rank=4, elements=(element, f32))
        self._verify_window()
        self._verify_channels()
        height, width = checked_output_size(self.window, self.input_type)
        batch, channels = self.input_type.get_shape()[0], self.filter_type.get_shape()[0]
        check_shape(self.result_type, (batch, channels, height, width), "result")
        self._verify_scale()
        self._verify_epilogue()

    def _verify_window(self) -> None:
        checked_integers(self.stride, "stride", count=2, minimum=1)

    def _verify_channels(self) -> None:
        inputs = self.input_type.get_shape()[1]
        outputs, per_group = self.filter_type.get_shape()[:2]
        groups = self.group_count
        for name, channels in (("input", inputs), ("output", outputs)):
            if channels % groups:
                raise VerifyException(
                    f"groups: expected a divisor of the {channels} {name} channels, found {groups}"
                )
        if per_group * groups != inputs:
            raise VerifyException(
                f"filter: expected {inputs // groups} input channels per group "
                f"({inputs} channels in {groups} groups), found {per_group}"
            )

    @property
    def accumulator(self) -> ElementType:
        """What sums are of: f32, or i32 for i8."""
        return widened(element_of(self.input_type))

    def _verify_scale(self) -> None:
        if self.scale is not None:
            raise VerifyException(f"scale: expected on conv.pointwise only, found on {self.name}")

    def _verify_epilogue(self) -> None:
        if not self.has_epilogue:
            if self.extras:
                raise VerifyException(
                    f"epilogue: expected a region for the {len(self.extras)} extra operands, "
                    "found none"
                )
            if self.accumulator == i32:
                raise VerifyException("epilogue: expected a region for sums of i32, found none")
            return
        for index, extra in enumerate(self.extras):
            self._verify_extra(extra, f"epilogue operand {index}")
        extras = [widened(element_of(tensor_of(extra))) for extra in self.extras]
        result = yielded(element_of(self.result_type))
        verify_scalar_region(self.epilogue, [self.accumulator, *extras], [result], "epilogue")

    def _verify_extra(self, extra: SSAValue, what: str) -> None:
        tensor = checked_tensor(extra, what)
        found = tensor.get_shape()
        result = self.result_type.get_shape()
        if found not in ((result[1],), result):
            raise VerifyException(
                f"{what}: expected shape {result[1]} (per channel) or {shape_text(result)} "
                f"(the result's), found {shape_text(found)}"
            )
        if found != result:
            check_elements(tensor, f32, what)

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list((self.input, self.filter), printer.print_ssa_value)
        print_attributes(printer, self, self.FIELDS)
        if self.scale is not None:
            print_clause(printer, "scale", [self.scale])
        print_schedule(printer, self.schedule)
        if self.has_epilogue or self.extras:
            print_clause(printer, "epilogue", self.extras)
            print_region(printer, self.epilogue)
        print_types(printer, (self.input, self.filter), self.results)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        operands = parse_operands(parser, 2)
        properties, attributes = parse_attributes(parser, cls.FIELDS)
        scale: Sequence[SSAValue] = ()
        if parser.parse_optional_keyword("scale"):
            scale = parse_clause_operands(parser, count=1)
        schedule = parse_schedule(parser)
        extras: Sequence[SSAValue] = ()
        epilogue = Region()
        if parser.parse_optional_keyword("epilogue"):
            extras = parse_clause_operands(parser)
            epilogue = parser.parse_region()
        inputs, result_type = parse_types(parser, operands)
        return cls.build(
            operands=[*inputs, scale, extras],
            properties={**properties, "schedule": schedule},
            attributes=attributes,
            regions=[epilogue],
            result_types=[result_type],
        )


def _result_type(input: SSAValue, filter: SSAValue, window: Window) -> ConvTensor:
    input_type = checked_tensor(input, "input", rank=4)
    batch, _, height, width = input_type.get_shape()
    channels = checked_tensor(filter, "filter", rank=4).get_shape()[0]
    return reshaped(input_type, (batch, channels, *window.output_size(height, width)))


def kernel_of(filter: SSAValue | Operation) -> Pair:
    """Height and width of an OIHW filter."""
    _, _, height, width = checked_tensor(SSAValue.get(filter), "filter", rank=4).get_shape()
    return height, width


class SpatialConvolutionOp(ConvolutionOp, ABC):
    """A convolution whose kernel may span more than one pixel."""

    padding = prop_def(Integers, default_value=PADDING_FIELD.default)
    dilation = prop_def(Integers, default_value=DILATION_FIELD.default)

    @property
    def window(self) -> Window:
        return Window(
            kernel_of(self.filter),
            cast(Pair, self.stride.get_values()),
            cast(Padding, self.padding.get_values()),
            cast(Pair, self.dilation.get_values()),
        )

    def _verify_window(self) -> None:
        super()._verify_window()
        checked_integers(self.padding, "padding", count=4)
        checked_integers(self.dilation, "dilation", count=2, minimum=1)
