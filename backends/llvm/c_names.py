"""C identifiers from the names of tensors."""

import re
from collections.abc import Sequence

_KEYWORD_TEXT = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const
const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit
export extern false float for friend goto if inline int long mutable namespace new noexcept not
not_eq nullptr operator or or_eq private protected public register reinterpret_cast restrict
return short signed sizeof static static_assert static_cast struct switch template this
thread_local throw true try typedef typeid typename typeof union unsigned using virtual void
volatile wchar_t while xor xor_eq size_t weights workspace thread threads alignment
"""
_KEYWORDS = frozenset(_KEYWORD_TEXT.split())
"""Words of C and C++, and what the header itself uses."""


def c_identifiers(names: Sequence[str]) -> list[str]:
    """One identifier a name; they differ even in upper case, and none is a keyword."""
    taken: set[str] = set()
    identifiers = []
    for name in names:
        base = re.sub(r"[\W_]+", "_", name, flags=re.ASCII).strip("_") or "tensor"
        if base[0].isdigit() or base.lower() in _KEYWORDS:
            base = f"tensor_{base}"
        identifier, number = base, 2
        while identifier.upper() in taken:
            identifier, number = f"{base}_{number}", number + 1
        taken.add(identifier.upper())
        identifiers.append(identifier)
    return identifiers
