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
from xdsl.utils.exceptions import VerifyException

from convopt.convdialect.dialect import Conv

ARGUMENTS = """
    %x: tensor<1x8x6x6xf32>, %w: tensor<8x8x3x3xf32>, %d: tensor<8x1x3x3xf32>,
    %p: tensor<4x8x1x1xf32>, %g: tensor<6x4x3x3xf32>, %b: tensor<8xf32>, %b4: tensor<4xf32>,
    %s: tensor<1x8x1x1xf32>, %r3: tensor<8x6x6xf32>, %dynamic: tensor<1x?x6x6xf32>,
    %r6: tensor<1x6x6x6xf32>, %one: tensor<1x1x6x6xf32>, %empty: tensor<1x0x6x6xf32>,
    %wide: tensor<1x8x6x6xf64>, %scalar: f32, %rank0: tensor<f32>,
    %odd: tensor<1x8x6x6xf32, 3 : i32>, %low: tensor<8x6x6xf32, #conv.layout<nchwc, 4>>,
    %wb: tensor<8x8x3x3xf32, #conv.layout<nchwc, 4>>, %m: memref<4x4xf32>, %i: index, %n: i32
"""
"""Values of many types for the operations that a verifier shall reject."""


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


@pytest.fixture(scope="session")
def verifier_message() -> Callable[[str], str]:
    """Verifies operations that use the values of ARGUMENTS; gives the first line of the error."""

    def verify(body: str) -> str:
        module = parse_module(f"func.func @main({ARGUMENTS}) {{\n{body}\nfunc.return\n}}")
        with pytest.raises(VerifyException) as error:
            module.verify()
        return str(error.value).splitlines()[0]  # the module's text follows

    return verify
