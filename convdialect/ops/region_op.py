"""What operations of a scalar region over several tensors have in common."""

from abc import ABC
from typing import Self, cast

from xdsl.irdl import IRDLOperation, region_def, result_def, traits_def, var_operand_def
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsolatedFromAbove, Pure
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.assembly import parse_region_op, print_region_op
from convopt.convdialect.element_types import ConvTensor
from convopt.convdialect.errors import ConvoptError
from convopt.convdialect.ops.yield_op import HoldsYield
from convopt.convdialect.shapes import broadcast_shapes


class RegionOp(IRDLOperation, ABC):
    """`conv.name(%a, %b) { ... } : type, type -> type`; shapes broadcast as in NumPy."""

    inputs = var_operand_def()
    body = region_def()
    result = result_def()

    traits = traits_def(Pure(), IsolatedFromAbove(), HoldsYield())

    @property
    def result_type(self) -> ConvTensor:
        return cast(ConvTensor, self.result.type)

    @property
    def input_types(self) -> list[ConvTensor]:
        return [cast(ConvTensor, each.type) for each in self.inputs]

    @property
    def broadcast_shape(self) -> tuple[int, ...]:
        """What the inputs broadcast to. Raises ConvoptError when there is none."""
        return broadcast_shapes([each.get_shape() for each in self.input_types])

    def _checked_shape(self) -> tuple[int, ...]:
        if not self.inputs:
            raise VerifyException("inputs: expected at least one, found none")
        try:
            return self.broadcast_shape
        except ConvoptError as error:
            raise VerifyException(f"inputs: {error}") from error

    def print(self, printer: Printer) -> None:
        print_region_op(printer, self, self.inputs, self.body)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        inputs, body, attributes, _, result_type = parse_region_op(parser)
        return cls.build(
            operands=[inputs], regions=[body], attributes=attributes, result_types=[result_type]
        )
