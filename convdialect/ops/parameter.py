"""`conv.parameter`: a tensor that is known when a model is loaded, not when it is compiled."""

from typing import Self, cast

from xdsl.dialects.builtin import IntegerAttr, IntegerType, LocationAttr, f32
from xdsl.ir import Operation
from xdsl.irdl import IRDLOperation, irdl_op_definition, prop_def, result_def, traits_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure

from convopt.convdialect.assembly import integer, parse_attributes, print_attributes
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.verification import check_elements, checked_integer, checked_plain_tensor


@irdl_op_definition
class ParameterOp(IRDLOperation):
    """The model's parameter of a number; operations of one number are of one shape.

    Training changes filters between two runs. A parameter can be a filter or a value per channel
    as a constant can, and is packed for its kernels whenever it is given; passes do not compute
    with it.

    `%w = conv.parameter 3 : tensor<32x1x3x3xf32>`
    """

    name = "conv.parameter"

    number_attr = prop_def(IntegerAttr[IntegerType], prop_name="number")
    result = result_def()

    traits = traits_def(Pure())

    def __init__(
        self, number: int, type: ConvTensor, *, location: LocationAttr | None = None
    ) -> None:
        super().__init__(properties={"number": integer(number)}, result_types=[type])
        if location is not None:
            self.location = location

    @property
    def number(self) -> int:
        return self.number_attr.value.data

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.result_type.get_shape()

    def verify_(self) -> None:
        checked_integer(self.number_attr, "number")
        check_elements(checked_plain_tensor(self.result, "result"), f32, "result")

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.number}")
        print_attributes(printer, self, {})
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        number = parser.parse_integer(allow_boolean=False, allow_negative=False)
        _, attributes = parse_attributes(parser, {})
        parser.parse_punctuation(":")
        return cls.build(
            properties={"number": integer(number)},
            attributes=attributes,
            result_types=[parser.parse_type()],
        )


def parameters_of(operations: Operation) -> dict[int, tuple[int, ...]]:
    """The shapes of all parameters in an operation's regions, by their numbers."""
    found = (op for op in operations.walk() if isinstance(op, ParameterOp))
    return dict(sorted({op.number: op.shape for op in found}.items()))
