"""`llvm.fence`: MLIR's operation, which xDSL's llvm dialect lacks."""

from typing import Self

from xdsl.dialects.builtin import IntegerAttr, StringAttr, i64
from xdsl.irdl import IRDLOperation, irdl_op_definition, prop_def
from xdsl.parser import Parser
from xdsl.printer import Printer

_SEQUENTIALLY_CONSISTENT = 7
"""MLIR's number of the ordering `seq_cst`."""


@irdl_op_definition
class FenceOp(IRDLOperation):
    """A fence among the operations of one thread: no instruction, yet loads stay on their side.

    LLVM's code generator moves loads that it takes to be invariant out of loops, and the loads of
    an unrolled tile to its beginning, until they no longer fit the registers. A fence holds them.

    `llvm.fence syncscope("singlethread") seq_cst`
    """

    name = "llvm.fence"

    ordering = prop_def(IntegerAttr)
    syncscope = prop_def(StringAttr)

    def __init__(self) -> None:
        super().__init__(
            properties={
                "ordering": IntegerAttr(_SEQUENTIALLY_CONSISTENT, i64),
                "syncscope": StringAttr("singlethread"),
            }
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(' syncscope("singlethread") seq_cst')

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        parser.parse_keyword("syncscope")
        with parser.in_parens():
            scope = parser.parse_str_literal()
        parser.parse_keyword("seq_cst")
        if scope != "singlethread":
            parser.raise_error(f'expected syncscope("singlethread"), found "{scope}"')
        return cls()
