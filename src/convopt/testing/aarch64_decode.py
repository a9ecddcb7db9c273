"""What AArch64 instructions do to memory and to the FMA units, read off their encoding.

Encodings: Arm Architecture Reference Manual for A-profile, section C4.1. Instructions of SVE are
not decoded: the emulator has none.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

_STACK_POINTER = 31
_STRUCTURE_REGISTERS = {0: 4, 2: 4, 4: 3, 6: 3, 8: 2, 10: 2, 7: 1}
"""Registers that a load or store of multiple structures moves, by its opcode field."""

_SVE = 0b0010


@dataclass(frozen=True)
class Effects:
    """What instructions do, summed.

    A load or store counts once, whatever it moves: `ldp q0, q1` is one load of 32 bytes.
    `fma_lanes`: single or double precision multiply-adds. `stack_references`: loads and stores that
    address relative to the stack pointer.
    """

    instructions: int = 0
    loads: int = 0
    stores: int = 0
    load_bytes: int = 0
    store_bytes: int = 0
    fmas: int = 0
    fma_lanes: int = 0
    stack_references: int = 0
    branches: int = 0

    def __add__(self, other: "Effects") -> "Effects":
        names = [field.name for field in fields(Effects)]
        return Effects(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def times(self, count: int) -> "Effects":
        """The effects of doing it `count` times."""
        return Effects(**{f.name: count * getattr(self, f.name) for f in fields(Effects)})


@lru_cache(maxsize=1 << 16)
def decode(word: int) -> Effects:
    """The effects of one instruction word. Raises ValueError for SVE."""
    group = _bits(word, 28, 25)
    if group == _SVE:
        raise ValueError(f"expected an instruction of NEON or the base set, found SVE: {word:#x}")
    if group & 0b0101 == 0b0100:
        return _memory_effects(word)
    if group & 0b0111 == 0b0111:
        lanes = _fma_lanes(word)
        return Effects(1, fmas=int(lanes > 0), fma_lanes=lanes)
    return Effects(1, branches=int(_is_branch(word)))


def _bits(word: int, high: int, low: int) -> int:
    return word >> low & (1 << high - low + 1) - 1


def _is_branch(word: int) -> bool:
    """B, BL, B.cond, CBZ, CBNZ, TBZ, TBNZ, BR, BLR, RET."""
    return (
        _bits(word, 30, 26) == 0b00101
        or _bits(word, 30, 26) == 0b01101
        or _bits(word, 31, 25) in (0b0101010, 0b1101011)
    )


def _fma_lanes(word: int) -> int:
    """Multiply-adds of FMLA, FMLS (by vector or by element), FMADD and its kin; else 0."""
    lanes = (4 if _bits(word, 30, 30) else 2) >> _bits(word, 22, 22)
    if word & 0xBF20FC00 == 0x0E20CC00 or word & 0xBF80B400 == 0x0F801000:
        return lanes
    if word & 0xFF000000 == 0x1F000000 or word & 0xFF80B400 == 0x5F801000:
        return 1
    return 0


def _memory_effects(word: int) -> Effects:
    kind, is_vector, is_load = _bits(word, 29, 27), _bits(word, 26, 26), _bits(word, 22, 22)
    size = _bits(word, 31, 30)
    if kind == 0b001 and is_vector:
        return _moves(word, _structure_bytes(word), bool(is_load))
    if kind == 0b001:
        return _exclusive_effects(word, size)
    if kind == 0b011 and not _bits(word, 24, 24):
        return _literal_effects(size, bool(is_vector))
    if kind == 0b101:
        one = 4 << size if is_vector else (8 if size == 0b10 else 4)
        return _moves(word, 2 * one, bool(is_load))
    if kind == 0b111:
        return _single_effects(word, size, bool(is_vector))
    return Effects(1)


def _exclusive_effects(word: int, size: int) -> Effects:
    """Exclusive and ordered loads and stores, compare and swap."""
    is_swap_or_pair, is_ordered = _bits(word, 21, 21), _bits(word, 23, 23)
    if is_swap_or_pair and is_ordered:
        return _atomic_effects(word, 1 << size)
    if is_swap_or_pair and size < 2:
        return _atomic_effects(word, 8 << size)
    return _moves(word, (1 << size) << is_swap_or_pair, bool(_bits(word, 22, 22)))


def _structure_bytes(word: int) -> int:
    """Bytes of LD1 to LD4, ST1 to ST4, LD1R to LD4R."""
    if not _bits(word, 24, 24):
        return _STRUCTURE_REGISTERS[_bits(word, 15, 12)] * (16 if _bits(word, 30, 30) else 8)
    opcode, size = _bits(word, 15, 13), _bits(word, 11, 10)
    registers = ((opcode & 1) << 1 | _bits(word, 21, 21)) + 1
    scale = opcode >> 1
    if scale == 3:
        scale = size
    elif scale == 2:
        scale = 3 if size & 1 else 2
    return registers << scale


def _literal_effects(size: int, is_vector: bool) -> Effects:
    if size == 0b11:  # PRFM
        return Effects(1)
    moved = 4 << size if is_vector else (8 if size == 0b01 else 4)
    return Effects(1, loads=1, load_bytes=moved)


def _single_effects(word: int, size: int, is_vector: bool) -> Effects:
    """Loads and stores of one register, prefetches, atomics."""
    opcode = _bits(word, 23, 22)
    if is_vector:
        return _moves(word, 16 if opcode & 2 else 1 << size, bool(opcode & 1))
    is_register_form = not _bits(word, 24, 24) and _bits(word, 21, 21)
    if is_register_form and not _bits(word, 11, 10):
        is_plain_load = _bits(word, 15, 12) == 0b1100  # LDAPR
        return (_loads if is_plain_load else _atomic_effects)(word, 1 << size)
    if size == 0b11 and opcode >= 2:  # PRFM, PRFUM
        return Effects(1)
    return _moves(word, 1 << size, opcode > 0)


def _atomic_effects(word: int, moved: int) -> Effects:
    """LDADD, SWP, CAS and their kin read and write."""
    return Effects(1, 1, 1, moved, moved, stack_references=_on_stack(word))


def _moves(word: int, moved: int, is_load: bool) -> Effects:
    if is_load:
        return _loads(word, moved)
    return Effects(1, stores=1, store_bytes=moved, stack_references=_on_stack(word))


def _loads(word: int, moved: int) -> Effects:
    return Effects(1, loads=1, load_bytes=moved, stack_references=_on_stack(word))


def _on_stack(word: int) -> int:
    return int(_bits(word, 9, 5) == _STACK_POINTER)
