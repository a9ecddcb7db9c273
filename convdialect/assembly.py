"""What the custom syntax of conv operations has in common: attribute dictionaries and operands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import (
    BoolAttr,
    DenseArrayBase,
    FloatAttr,
    IntegerAttr,
    IntegerType,
    UnitAttr,
    f32,
    i64,
)
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.printer import Printer

Integers = DenseArrayBase[IntegerType]


def integers(values: Sequence[int]) -> Integers:
    """An `array<i64: ...>` property."""
    return DenseArrayBase.from_list(i64, list(values))


def integer(value: int) -> IntegerAttr[IntegerType]:
    """An i64 property."""
    return IntegerAttr(value, i64)


@dataclass(frozen=True)
class Field:
    """A property that the custom syntax shows in the attribute dictionary.

    `default` is the value that is left out of the text; None means the field must be written.
    """

    parse: Callable[[Parser], Attribute]
    print: Callable[[Printer, Attribute], None]
    default: Attribute | None = None


def _parse_integers(parser: Parser) -> Attribute:
    return integers(
        parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: _parse_int64(parser), " in integer list"
        )
    )


def _parse_int64(parser: Parser) -> int:
    position = parser.pos
    value = parser.parse_integer(allow_boolean=False)
    if not -(2**63) <= value < 2**63:
        parser.raise_error(f"expected a 64-bit integer, found {value}", position)
    return value


def _print_integers(printer: Printer, attribute: Attribute) -> None:
    if not isinstance(attribute, DenseArrayBase):
        return printer.print_attribute(attribute)
    printer.print_string(str([int(value) for value in attribute.get_values()]))


def _print_integer(printer: Printer, attribute: Attribute) -> None:
    if not isinstance(attribute, IntegerAttr):
        return printer.print_attribute(attribute)
    printer.print_string(str(attribute.value.data))


def _parse_float(parser: Parser) -> Attribute:
    position = parser.pos
    try:
        attribute = parser.parse_attribute()
    except OverflowError:
        parser.raise_error("expected a number in the range of f32", position)
    if not isinstance(attribute, FloatAttr) or attribute.type != f32:
        parser.raise_error(f"expected an f32 number, found {attribute}", position)
    return attribute


def _parse_bool(parser: Parser) -> Attribute:
    return BoolAttr.from_bool(parser.parse_boolean())


def integers_field(default: Sequence[int] | None = None) -> Field:
    """`name = [1, 2]`"""
    return Field(_parse_integers, _print_integers, None if default is None else integers(default))


def integer_field(default: int | None = None) -> Field:
    """`name = 3`"""
    return Field(
        lambda parser: integer(_parse_int64(parser)),
        _print_integer,
        None if default is None else integer(default),
    )


def float_field(default: float | None = None) -> Field:
    """`name = 1.0 : f32`"""
    return Field(
        _parse_float,
        Printer.print_attribute,
        None if default is None else FloatAttr(default, f32),
    )


def bool_field(default: bool) -> Field:
    """`name = true`"""
    return Field(_parse_bool, Printer.print_attribute, BoolAttr.from_bool(default))


STRIDE_FIELD = integers_field((1, 1))
PADDING_FIELD = integers_field((0, 0, 0, 0))
DILATION_FIELD = integers_field((1, 1))


def print_attributes(printer: Printer, op: Operation, fields: Mapping[str, Field]) -> None:
    """` {name = value, ...}`: fields that differ from their defaults, then other attributes."""
    shown = {
        name: op.properties[name]
        for name, field in fields.items()
        if name in op.properties and op.properties[name] != field.default
    }
    if not shown and not op.attributes:
        return

    def print_entry(entry: tuple[str, Attribute]) -> None:
        name, attribute = entry
        printer.print_identifier_or_string_literal(name)
        if isinstance(attribute, UnitAttr):
            return
        printer.print_string(" = ")
        if name in shown:
            fields[name].print(printer, attribute)
        else:
            printer.print_attribute(attribute)

    printer.print_string(" ")
    with printer.in_braces():
        printer.print_list([*shown.items(), *op.attributes.items()], print_entry)


def parse_attributes(
    parser: Parser, fields: Mapping[str, Field]
) -> tuple[dict[str, Attribute], dict[str, Attribute]]:
    """An optional attribute dictionary as (properties with defaults filled in, attributes)."""
    properties: dict[str, Attribute] = {}
    attributes: dict[str, Attribute] = {}

    def parse_entry() -> None:
        position = parser.pos
        name = parser.parse_identifier_or_str_literal()
        if name in properties or name in attributes:
            parser.raise_error(f"expected attribute '{name}' once, found it again", position)
        if name in fields:
            parser.parse_punctuation("=", f" after '{name}'")
            properties[name] = fields[name].parse(parser)
        elif parser.parse_optional_punctuation("="):
            attributes[name] = parser.parse_attribute()
        else:
            attributes[name] = UnitAttr()

    position = parser.pos
    parser.parse_optional_comma_separated_list(parser.Delimiter.BRACES, parse_entry)
    for name, field in fields.items():
        if name in properties:
            continue
        if field.default is None:
            parser.raise_error(f"expected attribute '{name}', found none", position)
        properties[name] = field.default
    return properties, attributes


def print_types(
    printer: Printer, operands: Sequence[SSAValue], results: Sequence[SSAValue]
) -> None:
    """` : type, type -> type`"""
    printer.print_string(" : ")
    printer.print_list([operand.type for operand in operands], printer.print_attribute)
    printer.print_string(" -> ")
    printer.print_list([result.type for result in results], printer.print_attribute)


def parse_types(
    parser: Parser, operands: Sequence[UnresolvedOperand]
) -> tuple[Sequence[SSAValue], Attribute]:
    """` : type, type -> type`: the operands with their types, and the result type."""
    parser.parse_punctuation(":", " before the operand types")
    values = resolve_typed(parser, operands)
    parser.parse_punctuation("->", " before the result type")
    return values, parser.parse_type()


def resolve_typed(parser: Parser, operands: Sequence[UnresolvedOperand]) -> Sequence[SSAValue]:
    """A comma separated list of types, one for each operand."""
    position = parser.pos
    types = parser.parse_comma_separated_list(
        parser.Delimiter.NONE, parser.parse_type, " in type list"
    )
    if len(types) != len(operands):
        parser.raise_error(f"expected {len(operands)} types, found {len(types)}", position)
    return parser.resolve_operands(operands, types, position)


def parse_operands(parser: Parser, count: int) -> list[UnresolvedOperand]:
    """Exactly `count` operands, comma separated."""
    operands = [parser.parse_unresolved_operand()]
    while len(operands) < count:
        parser.parse_punctuation(",", " between operands")
        operands.append(parser.parse_unresolved_operand())
    return operands


def print_clause(printer: Printer, keyword: str, operands: Sequence[SSAValue]) -> None:
    """` keyword(%a, %b : type, type)`; without operands the keyword alone."""
    printer.print_string(f" {keyword}")
    if not operands:
        return
    with printer.in_parens():
        printer.print_list(operands, printer.print_ssa_value)
        printer.print_string(" : ")
        printer.print_list([operand.type for operand in operands], printer.print_attribute)


def parse_clause_operands(parser: Parser, count: int | None = None) -> Sequence[SSAValue]:
    """`(%a, %b : type, type)`, exactly `count` if given, otherwise also nothing."""
    position = parser.pos
    operands: list[UnresolvedOperand] = []
    values: Sequence[SSAValue] = []
    if parser.parse_optional_punctuation("("):
        operands = parser.parse_comma_separated_list(
            parser.Delimiter.NONE, parser.parse_unresolved_operand
        )
        parser.parse_punctuation(":", " before the operand types")
        values = resolve_typed(parser, operands)
        parser.parse_punctuation(")")
    if count is not None and len(values) != count:
        parser.raise_error(f"expected {count} operands, found {len(values)}", position)
    return values


def print_region(printer: Printer, region: Region) -> None:
    """` {` blocks `}`"""
    printer.print_string(" ")
    printer.print_region(region)


def print_schedule(printer: Printer, schedule: Attribute | None) -> None:
    """` schedule = #conv...`, or nothing."""
    if schedule is not None:
        printer.print_string(" schedule = ")
        printer.print_attribute(schedule)


def parse_schedule(parser: Parser) -> Attribute | None:
    """`schedule = #conv...`, or nothing."""
    if not parser.parse_optional_keyword("schedule"):
        return None
    parser.parse_punctuation("=", " after 'schedule'")
    return parser.parse_attribute()


def print_region_op(
    printer: Printer,
    op: Operation,
    inputs: Sequence[SSAValue],
    body: Region,
    schedule: Attribute | None = None,
) -> None:
    """`(%a, %b) schedule = ... attributes {...} { ... } : type, type -> type`"""
    with printer.in_parens():
        printer.print_list(inputs, printer.print_ssa_value)
    print_schedule(printer, schedule)
    printer.print_op_attributes(op.attributes, print_keyword=True)
    print_region(printer, body)
    print_types(printer, inputs, op.results)


def parse_region_op(
    parser: Parser, scheduled: bool = False
) -> tuple[Sequence[SSAValue], Region, dict[str, Attribute], Attribute | None, Attribute]:
    """What print_region_op writes: inputs, body, attributes, schedule, result type."""
    operands = parser.parse_comma_separated_list(
        parser.Delimiter.PAREN, parser.parse_unresolved_operand
    )
    schedule = parse_schedule(parser) if scheduled else None
    attributes = parser.parse_optional_attr_dict_with_keyword()
    body = parser.parse_region()
    values, result_type = parse_types(parser, operands)
    return values, body, dict(attributes.data) if attributes else {}, schedule, result_type
