"""What operations of one tensor to one tensor have in common."""

from abc import ABC
from collections.abc import Mapping
from typing import ClassVar, Self, cast

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation, operand_def, result_def, traits_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure

from convopt.convdialect.assembly import (
    Field,
    parse_attributes,
    parse_operands,
    parse_types,
    print_attributes,
    print_types,
)
from convopt.convdialect.element_types import ConvTensor


class SimpleOp(IRDLOperation, ABC):
    """`conv.name %x {field = value} : type -> type`"""

    input = operand_def()
    result = result_def()

    traits = traits_def(Pure())

    FIELDS: ClassVar[Mapping[str, Field]] = {}

    def _build(
        self,
        input: SSAValue | Operation,
        result_type: ConvTensor,
        properties: Mapping[str, Attribute],
        location: LocationAttr | None,
    ) -> None:
        super().__init__(operands=[input], properties=properties, result_types=[result_type])
        if location is not None:
            self.location = location

    @property
    def input_type(self) -> ConvTensor:
        return cast(ConvTensor, self.input.type)

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    def print(self, printer: Printer) -> None:
        self._print_kind(printer)
        printer.print_string(" ")
        printer.print_ssa_value(self.input)
        print_attributes(printer, self, self.FIELDS)
        print_types(printer, (self.input,), self.results)

    def _print_kind(self, printer: Printer) -> None:
        """Prints words between the operation's name and its operand."""

    @classmethod
    def _parse_kind(cls, parser: Parser) -> dict[str, Attribute]:
        """Parses what _print_kind prints, as properties."""
        return {}

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        kind = cls._parse_kind(parser)
        operands = parse_operands(parser, 1)
        properties, attributes = parse_attributes(parser, cls.FIELDS)
        inputs, result_type = parse_types(parser, operands)
        return cls.build(
            operands=inputs,
            properties={**kind, **properties},
            attributes=attributes,
            result_types=[result_type],
        )
