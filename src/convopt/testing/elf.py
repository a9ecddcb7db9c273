"""Loading AArch64 objects without a linker: sections, symbols, relocations."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELOCATION = struct.Struct("<QQq")

_AARCH64 = 183
_RELOCATABLE = 1
_CONTENT, _SYMBOL_TABLE, _RELOCATIONS, _ZEROS = 1, 2, 4, 8
_ALLOCATED = 2
_UNDEFINED, _ABSOLUTE = 0, 0xFFF1

_ABS64, _PREL32, _ADR_PAGE = 257, 261, 275
_CALLS = (282, 283)  # JUMP26, CALL26
_LOW_BITS = {277: 0, 278: 0, 284: 1, 285: 2, 286: 3, 299: 4}
"""ADD and LDST8 to LDST128 of the low 12 bits of an address, by how far they are scaled."""


class ElfError(ValueError):
    """An object that is damaged, of another kind, or needs what this loader does not know."""


@dataclass(frozen=True)
class Symbol:
    """Where a symbol ended up, and its size in bytes."""

    address: int
    size: int


@dataclass(frozen=True)
class Image:
    """The loaded sections, to be put at `base`, and the symbols in them."""

    base: int
    data: bytes
    symbols: dict[str, Symbol]


@dataclass(frozen=True)
class _Section:
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


def load_object(code: bytes, base: int) -> Image:
    """Lay out an AArch64 ELF object at address `base` and apply its relocations.

    Raises ElfError, also for an undefined symbol that a relocation uses.
    """
    sections = list(_sections(code))
    places: dict[int, int] = {}
    data = bytearray()
    for index, section in enumerate(sections):
        if not section.flags & _ALLOCATED or section.kind not in (_CONTENT, _ZEROS):
            continue
        data += bytes(-len(data) % max(section.alignment, 1))
        places[index] = base + len(data)
        data += _content(code, section)
    names = list(_symbols(code, sections, places))
    for section in sections:
        if section.kind == _RELOCATIONS and section.info in places:
            home = sections[section.info]
            for position, kind, symbol, addend in _relocations(code, section):
                if symbol >= len(names) or position + 4 > home.size:
                    raise ElfError(f"relocation at {position:#x} points outside its section")
                name, place = names[symbol]
                if place is None:
                    raise ElfError(f"undefined symbol {name}")
                where = places[section.info] + position
                _relocate(data, where - base, where, kind, place.address + addend)
    symbols = {name: place for name, place in names if name and place is not None}
    return Image(base, bytes(data), symbols)


def _unpack(layout: struct.Struct, code: bytes, offset: int) -> tuple[Any, ...]:
    if offset < 0 or offset + layout.size > len(code):
        raise ElfError(f"truncated: expected {layout.size} bytes at {offset}, found {len(code)}")
    return layout.unpack_from(code, offset)


def _sections(code: bytes) -> Iterator[_Section]:
    if code[:6] != b"\x7fELF\x02\x01":
        raise ElfError(f"expected a 64-bit little-endian ELF file, found {code[:6]!r}")
    header = _unpack(_HEADER, code, 0)
    kind, machine, table, entry_size, count = (header[i] for i in (1, 2, 6, 11, 12))
    if (kind, machine) != (_RELOCATABLE, _AARCH64):
        raise ElfError(
            f"expected a relocatable AArch64 object, found type {kind}, machine {machine}"
        )
    for index in range(count):
        fields = _unpack(_SECTION, code, table + index * entry_size)
        _, of_kind, flags, _, offset, size, link, info, alignment, _ = fields
        yield _Section(of_kind, flags, offset, size, link, info, alignment)


def _content(code: bytes, section: _Section) -> bytes:
    if section.kind == _ZEROS:
        return bytes(section.size)
    if section.offset + section.size > len(code):
        raise ElfError(
            f"truncated: a section ends at {section.offset + section.size}, the file at {len(code)}"
        )
    return code[section.offset : section.offset + section.size]


def _symbols(
    code: bytes, sections: list[_Section], places: dict[int, int]
) -> Iterator[tuple[str, Symbol | None]]:
    """Every entry of the symbol table; None: not defined in a loaded section."""
    for table in sections:
        if table.kind != _SYMBOL_TABLE:
            continue
        if table.link >= len(sections):
            raise ElfError("the symbol table names a section of strings that does not exist")
        strings = _content(code, sections[table.link])
        for offset in range(table.offset, table.offset + table.size, _SYMBOL.size):
            name_at, _, _, home, value, size = _unpack(_SYMBOL, code, offset)
            name = strings[name_at : strings.find(b"\0", name_at)].decode()
            if home == _ABSOLUTE:
                yield name, Symbol(value, size)
            elif home in places:
                yield name, Symbol(places[home] + value, size)
            else:
                yield name, None


def _relocations(code: bytes, section: _Section) -> Iterator[tuple[int, int, int, int]]:
    """Position, type, symbol, addend."""
    for offset in range(section.offset, section.offset + section.size, _RELOCATION.size):
        position, info, addend = _unpack(_RELOCATION, code, offset)
        yield position, info & 0xFFFFFFFF, info >> 32, addend


def _relocate(data: bytearray, at: int, where: int, kind: int, target: int) -> None:
    """Patch the four (or eight) bytes at `at`, which will lie at address `where`."""
    if kind == _ABS64:
        struct.pack_into("<Q", data, at, target)
        return
    if kind == _PREL32:
        struct.pack_into("<i", data, at, _fits(target - where, 32))
        return
    (word,) = struct.unpack_from("<I", data, at)
    if kind == _ADR_PAGE:
        pages = _fits((target & ~0xFFF) - (where & ~0xFFF), 33) >> 12
        word = word & 0x9F00001F | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    elif kind in _LOW_BITS:
        scale = _LOW_BITS[kind]
        if target & ((1 << scale) - 1):
            raise ElfError(f"address {target:#x} is not a multiple of {1 << scale}")
        word = word & ~(0xFFF << 10) | ((target & 0xFFF) >> scale) << 10
    elif kind in _CALLS:
        word = word & 0xFC000000 | (_fits(target - where, 28) >> 2 & 0x3FFFFFF)
    else:
        raise ElfError(f"relocation type {kind} is not known")
    struct.pack_into("<I", data, at, word)


def _fits(distance: int, bits: int) -> int:
    if not -(1 << bits - 1) <= distance < 1 << bits - 1:
        raise ElfError(f"a distance of {distance} does not fit {bits} bits")
    return distance
