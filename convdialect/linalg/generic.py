"""Reading `linalg.generic` with several results, which xDSL prints but does not read."""

from collections.abc import Sequence
from typing import cast

from xdsl.dialects.builtin import AffineMapAttr, ArrayAttr, StringAttr
from xdsl.dialects.linalg.attrs import IteratorType, IteratorTypeAttr
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Attribute, SSAValue
from xdsl.parser import Parser


def parse_generic(cls: type[GenericOp], parser: Parser) -> GenericOp:
    """`linalg.generic {maps, iterators} ins(...) outs(...) attrs = {...} {body} -> (type, ...)`"""
    position = parser.pos
    properties = dict(parser.parse_optional_attr_dict())
    maps, iterators = properties.get("indexing_maps"), properties.get("iterator_types")
    if not isinstance(maps, ArrayAttr) or not all(isinstance(m, AffineMapAttr) for m in maps):
        parser.raise_error("expected indexing_maps, an array of affine maps", position)
    if not isinstance(iterators, ArrayAttr):
        parser.raise_error("expected iterator_types, an array of words", position)
    kinds = [_iterator(parser, each, position) for each in iterators]
    doc, library_call = (properties.get(name) for name in ("doc", "library_call"))
    inputs = _parse_operands(parser, "ins")
    outputs = _parse_operands(parser, "outs")
    extra = {}
    if parser.parse_optional_keyword("attrs"):
        parser.parse_punctuation("=")
        extra = parser.parse_optional_attr_dict()
    body = parser.parse_region()
    results: Sequence[Attribute] = ()
    if parser.parse_optional_punctuation("->"):
        several = parser.parse_optional_comma_separated_list(
            parser.Delimiter.PAREN, parser.parse_type
        )
        results = [parser.parse_type()] if several is None else several
    generic = cls(
        inputs,
        outputs,
        body,
        cast(ArrayAttr[AffineMapAttr], maps),
        kinds,
        results,
        doc if isinstance(doc, StringAttr) else None,
        library_call if isinstance(library_call, StringAttr) else None,
    )
    generic.attributes |= extra
    return generic


def _iterator(parser: Parser, word: Attribute, position: int) -> IteratorTypeAttr:
    if isinstance(word, IteratorTypeAttr):
        return word
    kinds = [kind.value for kind in IteratorType]
    if not isinstance(word, StringAttr) or word.data not in kinds:
        parser.raise_error(f"expected iterator_types of {', '.join(kinds)}, found {word}", position)
    return IteratorTypeAttr(IteratorType(word.data))


def _parse_operands(parser: Parser, keyword: str) -> Sequence[SSAValue]:
    """`ins(%a, %b : type, type)`, which may be left out."""
    position = parser.pos
    if not parser.parse_optional_keyword(keyword):
        return ()
    parser.parse_punctuation("(")
    operands = parser.parse_comma_separated_list(
        parser.Delimiter.NONE, parser.parse_unresolved_operand
    )
    parser.parse_punctuation(":")
    types = parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
    parser.parse_punctuation(")")
    return parser.resolve_operands(operands, types, position)
