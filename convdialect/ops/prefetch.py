"""`conv.prefetch`: a hint at kernel level that memory will be used soon."""

from collections.abc import Sequence
from typing import Self

from xdsl.dialects.builtin import IndexType, LocationAttr, MemRefType, UnitAttr
from xdsl.ir import Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException


@irdl_op_definition
class PrefetchOp(IRDLOperation):
    """Asks for the cache line of an element, to be read or (`{write}`) written.

    The indices may point outside the memref: a prefetch never faults.

    `conv.prefetch %m[%i, %j] {write} : memref<8x16xf32>`
    """

    name = "conv.prefetch"

    memref = operand_def()
    indices = var_operand_def()
    write_attr = opt_prop_def(UnitAttr, prop_name="write")

    def __init__(
        self,
        memref: SSAValue | Operation,
        indices: Sequence[SSAValue | Operation],
        *,
        write: bool = False,
        location: LocationAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[memref, list(indices)],
            properties={"write": UnitAttr() if write else None},
        )
        if location is not None:
            self.location = location

    @property
    def write(self) -> bool:
        return self.write_attr is not None

    def verify_(self) -> None:
        memref = self.memref.type
        if not isinstance(memref, MemRefType):
            raise VerifyException(f"memref: expected a memref, found {memref}")
        if len(self.indices) != memref.get_num_dims():
            raise VerifyException(
                f"indices: expected {memref.get_num_dims()} for {memref}, found {len(self.indices)}"
            )
        for index in self.indices:
            if not isinstance(index.type, IndexType):
                raise VerifyException(f"indices: expected index, found {index.type}")

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_ssa_value(self.memref)
        with printer.in_square_brackets():
            printer.print_list(self.indices, printer.print_ssa_value)
        printer.print_op_attributes(
            {**({"write": UnitAttr()} if self.write else {}), **self.attributes}
        )
        printer.print_string(" : ")
        printer.print_attribute(self.memref.type)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        memref = parser.parse_unresolved_operand()
        indices = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, parser.parse_unresolved_operand
        )
        attributes = parser.parse_optional_attr_dict()
        write = attributes.pop("write", None)
        parser.parse_punctuation(":", " before the memref type")
        memref_type = parser.parse_type()
        return cls.build(
            operands=[
                parser.resolve_operand(memref, memref_type),
                [parser.resolve_operand(index, IndexType()) for index in indices],
            ],
            properties={"write": write},
            attributes=attributes,
        )
