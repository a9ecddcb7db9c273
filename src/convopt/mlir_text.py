"""Reading and writing MLIR text: every operation gets its place in the file, weights print fast.

xDSL's parser leaves operations without `loc(...)` at an unknown place; error messages and remarks
need one. Its printer takes about a second for ten megabytes of weights and cannot leave them out.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from io import StringIO
from typing import cast

from xdsl.context import Context
from xdsl.dialect_interfaces.op_asm import OpAsmDialectInterface
from xdsl.dialects.builtin import (
    AnyFloat,
    ComplexType,
    DenseIntOrFPElementsAttr,
    DenseResourceAttr,
    FileLineColLoc,
    IndexType,
    IntAttr,
    IntegerType,
    ModuleOp,
    ShapedType,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Attribute, Dialect, Operation
from xdsl.parser import AttrParser, Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import ParseError, VerifyException
from xdsl.utils.lexer import Position
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRTokenKind

from convopt.errors import ConvoptError
from convopt.mlir_resources import fill_in_resources
from convopt.suggestions import did_you_mean

# xDSL's expression tries every way to split an unclosed string: seconds for 40 characters. With
# possessive repetition it gives up at once.
MLIRLexer._unescaped_characters_regex = re.compile(  # pyright: ignore[reportPrivateUsage]
    r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"'
)

_HEX_THRESHOLD = 100
"""Constants with more elements are printed as a string of hexadecimal digits, as xDSL does."""


@dataclass(frozen=True)
class Place:
    """A place in a text file; line and column count from one."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class MLIRSyntaxError(ConvoptError):
    """MLIR text that cannot be read: the place and what is wrong there."""

    def __init__(self, place: Place, message: str):
        super().__init__(f"{place}: error: {message}")
        self.place = place
        self.message = message


def new_context(allow_unregistered: bool = False) -> Context:
    """A context that knows every dialect of xDSL and `conv`; each is imported when it is used."""
    from xdsl.dialects import get_all_dialects

    from convopt.universe import CONVOPT_UNIVERSE

    context = Context(allow_unregistered=allow_unregistered)
    extended = {"linalg": _linalg, "llvm": _llvm}
    dialects = {**get_all_dialects(), **CONVOPT_UNIVERSE.all_dialects, **extended}
    for name, factory in dialects.items():
        context.register_dialect(name, factory)
    return context


def _linalg() -> Dialect:
    """xDSL's linalg dialect with the named convolutions and poolings that it lacks."""
    from convopt.convdialect.linalg.dialect import extended_linalg

    return extended_linalg()


def _llvm() -> Dialect:
    """xDSL's llvm dialect with the fence that it lacks."""
    from xdsl.dialects.llvm import LLVM

    from convopt.convdialect.ops.fence import FenceOp

    return Dialect("llvm", [*LLVM.operations, FenceOp], [*LLVM.attributes])


def parse_module(
    text: str, file: str, context: Context | None = None, *, is_implicit: bool = True
) -> ModuleOp:
    """The module that `text` holds; `file` names it in locations. Raises `MLIRSyntaxError`.

    With `is_implicit`, operations without a `builtin.module` around them get one. Nothing is
    verified beyond what parsing needs. An empty text is an empty module.
    """
    try:
        parser = _LocatingParser(context or new_context(), text, file)
    except ParseError as error:  # the first word is no word
        raise MLIRSyntaxError(Place(file, 1, 1), _whole_sentence(error.msg)) from error
    try:
        if parser.is_at_end:
            return ModuleOp([])
        module = parser.parse_module(is_implicit)
        parser.fill_in_resources(module)
        return module
    except ParseError as error:
        place = parser.place_of(cast(int, error.span.start))
        raise MLIRSyntaxError(place, _whole_sentence(error.msg)) from error
    except (VerifyException, ValueError) as error:
        # Attributes and types check themselves while they are built, without a place.
        raise MLIRSyntaxError(parser.innermost_place(), str(error)) from error
    except (ArithmeticError, AssertionError, LookupError, NotImplementedError, TypeError) as error:
        # What xDSL's parser does not expect to find in a text.
        message = f"malformed text ({type(error).__name__}: {error})"
        raise MLIRSyntaxError(parser.innermost_place(), message) from error


def print_module(
    op: Operation,
    *,
    generic: bool = False,
    locations: bool = False,
    elide_larger_than: int | None = None,
) -> str:
    """MLIR text of an operation, with a newline at the end.

    Constants of more than `elide_larger_than` elements print as `dense_resource<__elided__>`: such
    text is for people and cannot be compiled.
    """
    stream = StringIO()
    printer = _WeightPrinter(
        stream=stream,
        print_generic_format=generic,
        print_debuginfo=locations,
        elide_larger_than=elide_larger_than,
    )
    printer.print_op(op)
    stream.write("\n")
    return stream.getvalue()


def _whole_sentence(message: str) -> str:
    """xDSL says no more than `in block definition` where a token does not fit."""
    text = " ".join(message.split())
    return f"unexpected text {text}".strip() if not text or text.startswith("in ") else text


class _LocatingParser(Parser):
    """xDSL's parser, which leaves its place in the text on operations without a location."""

    def __init__(self, context: Context, text: str, file: str):
        super().__init__(context, text, file)
        self._file = file
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._open: list[Position] = []
        self._resources: dict[str, str] = {}

    @property
    def is_at_end(self) -> bool:
        return self._current_token.kind is MLIRTokenKind.EOF

    def place_of(self, position: Position) -> Place:
        line = bisect_right(self._line_starts, position)
        return Place(self._file, line, position - self._line_starts[line - 1] + 1)

    def innermost_place(self) -> Place:
        """The operation that was being read when parsing stopped."""
        return self.place_of(self._open[-1] if self._open else self.pos)

    def fill_in_resources(self, module: ModuleOp) -> None:
        """Puts weights that stand at the end of the text where they are used."""
        for op in module.walk() if self._resources else ():
            try:
                fill_in_resources(op, self._resources)
            except ConvoptError as error:
                place = Place(self._file, 1, 1)
                if isinstance(location := op.location, FileLineColLoc):
                    line, column = location.line.data, location.column.data
                    place = Place(location.filename.data, line, column)
                raise MLIRSyntaxError(place, str(error)) from error

    def _parse_builtin_dense_resource_attr(self) -> DenseResourceAttr:
        self.parse_characters("<", " in dense_resource attribute")
        key = self.parse_identifier_or_str_literal(" for resource handle")
        self.parse_characters(">", " in dense_resource attribute")
        self.parse_characters(":", " in dense_resource attribute")
        type_ = self.parse_type()
        if not isinstance(type_, ShapedType):
            self.raise_error(f"dense resource should have a shaped type, got: {type_}")
        return DenseResourceAttr.from_params(key, type_)

    def _parse_resource(self, dialect_name: str, interface: OpAsmDialectInterface) -> None:
        key = self.parse_identifier_or_str_literal(" for resource handle")
        self.parse_punctuation(":")
        self._resources[key] = self.parse_str_literal()

    def _parse_tensor_literal_element(self) -> AttrParser._TensorLiteralElement:
        element = super()._parse_tensor_literal_element()
        if not element.span.text.startswith("0x"):
            return element
        return _HexadecimalElement(element.is_negative, element.value, element.span)

    def parse_operation(self) -> Operation:
        position = self.pos
        self._open.append(position)
        op = super().parse_operation()
        self._open.pop()  # an error leaves it there: innermost_place
        if isinstance(op.location, UnknownLoc):
            place = self.place_of(position)
            op.location = FileLineColLoc(
                StringAttr(place.file), IntAttr(place.line), IntAttr(place.column)
            )
        return op

    def _get_op_by_name(self, name: str) -> type[Operation]:
        if op := self.ctx.get_optional_op(name, dialect_stack=self._parser_state.dialect_stack):
            return op
        dialect = name.partition(".")[0]
        known = [op.name for op in self.ctx.loaded_ops if op.name.partition(".")[0] == dialect]
        if not known and dialect not in self.ctx.registered_dialect_names:
            hint = did_you_mean(dialect, self.ctx.registered_dialect_names)
            self.raise_error(
                f"unknown operation '{name}': no dialect '{dialect}'{hint}", self._open[-1]
            )
        hint = did_you_mean(name, known)
        self.raise_error(f"unknown operation '{name}'{hint}", self._open[-1])


class _HexadecimalElement(AttrParser._TensorLiteralElement):
    """`dense<0xFF800000> : tensor<f32>` gives bits, not an integer: here minus infinity."""

    def to_type(
        self, parser: AttrParser, type: AnyFloat | IntegerType | IndexType | ComplexType
    ) -> float | int | tuple[float, float] | tuple[int, int]:
        if not isinstance(type, AnyFloat) or not isinstance(self.value, int):
            value: float | int | tuple[float, float] | tuple[int, int]
            value = super().to_type(parser, type)
            return value
        try:
            data = self.value.to_bytes(type.compile_time_size, "little")
        except OverflowError:
            parser.raise_error(f"expected the bits of {type}, found {self.span.text}", self.span)
        return float(type.unpack(data, 1)[0])


class _WeightPrinter(Printer):
    """xDSL's printer with a fast way for large constants, and one that leaves them out."""

    def __init__(
        self,
        stream: StringIO,
        print_generic_format: bool,
        print_debuginfo: bool,
        elide_larger_than: int | None,
    ):
        super().__init__(
            stream=stream,
            print_generic_format=print_generic_format,
            print_debuginfo=print_debuginfo,
        )
        self._elide_larger_than = elide_larger_than

    def print_attribute(self, attribute: Attribute) -> None:
        if not isinstance(attribute, DenseIntOrFPElementsAttr):
            super().print_attribute(attribute)
            return
        count = len(attribute)
        if self._elide_larger_than is not None and count > self._elide_larger_than:
            text = "dense_resource<__elided__>"
        elif (count > _HEX_THRESHOLD and not _is_splat(attribute)) or not _reads_back(attribute):
            text = f'dense<"0x{_all_bytes(attribute).hex().upper()}">'
        else:
            super().print_attribute(attribute)
            return
        self.print_string(f"{text} : ")
        self.print_attribute(attribute.get_type())


def _reads_back(attribute: DenseIntOrFPElementsAttr) -> bool:
    """Whether xDSL reads what it prints: not infinities, NaN, some large numbers, or -0 among 0.

    It prints these numbers as the bits of a float, which it takes for an integer when it reads
    them, and a tensor of both zeros as one of either.
    """
    if attribute.get_element_type().name not in ("f16", "f32", "f64"):
        return True
    stream = StringIO()
    Printer(stream=stream).print_attribute(attribute)
    text = stream.getvalue()
    return "0x" not in text and ("[" in text or len(attribute) == 0 or _is_splat(attribute))


def _all_bytes(attribute: DenseIntOrFPElementsAttr) -> bytes:
    data = attribute.data.data
    size = attribute.get_element_type().compile_time_size
    return data * (len(attribute) * size // len(data)) if data else data


def _is_splat(attribute: DenseIntOrFPElementsAttr) -> bool:
    """Whether all elements have the same bytes."""
    data = attribute.data.data
    size = attribute.get_element_type().compile_time_size
    return data[:size] * (len(data) // size) == data
