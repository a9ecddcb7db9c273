"""The undefined symbols of an ELF object."""

import struct

from convopt.convdialect.errors import ConvoptError

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_SYMBOL_TABLE = 2
_UNDEFINED = 0


def undefined_symbols(code: bytes) -> list[str]:
    """Names of the symbols that a 64-bit little-endian ELF object expects from elsewhere."""
    if code[:6] != b"\x7fELF\x02\x01" or len(code) < _HEADER.size:
        raise ConvoptError(f"expected a 64-bit little-endian ELF object, found {code[:6]!r}")
    header = _HEADER.unpack_from(code)
    table_offset, entry_size, count = header[6], header[11], header[12]
    sections = [_SECTION.unpack_from(code, table_offset + entry_size * i) for i in range(count)]
    missing: list[str] = []
    for section in sections:
        if section[1] != _SYMBOL_TABLE:
            continue
        strings = sections[section[6]][4]
        offset, size = section[4], section[5]
        for position in range(offset + _SYMBOL.size, offset + size, _SYMBOL.size):
            name_offset, _, _, home, _, _ = _SYMBOL.unpack_from(code, position)
            if home == _UNDEFINED:
                start = strings + name_offset
                missing.append(code[start : code.index(b"\0", start)].decode())
    return missing
