"""Text to IR and back, for tests of the dialect."""

from collections.abc import Callable
from io import StringIO

import pytest
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.dialects.func import Func
from xdsl.dialects.math import Math
from xdsl.dialects.memref import MemRef
from xdsl.dialects.test import Test
from xdsl.parser import Parser
from xdsl.printer import Printer

from convopt.convdialect.dialect import Conv


def parse_module(text: str) -> ModuleOp:
    context = Context()
    for dialect in (Builtin, Arith, Func, Math, MemRef, Test, Conv):
        context.load_dialect(dialect)
    return Parser(context, text).parse_module()


@pytest.fixture(scope="session")
def parse() -> Callable[[str], ModuleOp]:
    """Parses a module's text; nothing is verified."""
    return parse_module


@pytest.fixture(scope="session")
def print_ir() -> Callable[..., str]:
    """Prints a module, in custom or generic form, with or without locations."""

    def print_module(
        module: ModuleOp, print_generic_format: bool = False, print_debuginfo: bool = False
    ) -> str:
        stream = StringIO()
        printer = Printer(
            stream, print_generic_format=print_generic_format, print_debuginfo=print_debuginfo
        )
        printer.print_op(module)
        return stream.getvalue()

    return print_module
