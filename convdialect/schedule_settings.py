"""How attributes that are schedules print and read their settings: `name = value, …`."""

from collections.abc import Callable, Mapping

from xdsl.dialects.builtin import BoolAttr, IntAttr
from xdsl.ir import Attribute
from xdsl.parser import AttrParser
from xdsl.utils.exceptions import VerifyException

Reader = Callable[[AttrParser], Attribute]
"""Reads the value of one setting."""


def extent(name: str) -> Reader:
    """Of a size called `name`."""

    def read(parser: AttrParser) -> Attribute:
        return IntAttr(parser.parse_integer(allow_boolean=False, context_msg=f" for '{name}'"))

    return read


def flag(parser: AttrParser) -> Attribute:
    """Reads `true` or `false`."""
    return BoolAttr.from_bool(parser.parse_boolean())


def parse_settings(parser: AttrParser, readers: Mapping[str, Reader]) -> dict[str, Attribute]:
    """`name = value` pairs, comma separated, each name at most once and one of the readers'."""
    settings: dict[str, Attribute] = {}

    def parse_setting() -> None:
        position = parser.pos
        name = parser.parse_identifier()
        if name not in readers:
            parser.raise_error(f"expected one of {', '.join(readers)}, found '{name}'", position)
        if name in settings:
            parser.raise_error(f"expected '{name}' once, found it again", position)
        parser.parse_punctuation("=")
        settings[name] = readers[name](parser)

    parser.parse_comma_separated_list(parser.Delimiter.NONE, parse_setting)
    return settings


def verify_extents(attribute: str, extents: Mapping[str, int]) -> None:
    """Raise VerifyException for a size below 1."""
    for name, value in extents.items():
        if value < 1:
            raise VerifyException(f"{attribute}: expected '{name}' of at least 1, found {value}")
