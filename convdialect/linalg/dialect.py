"""xDSL's linalg dialect with the named operations that it lacks.

A dialect of this name is in every xDSL tool, so `xdsl-opt` keeps its own.
"""

from typing import Any

from xdsl.dialects.linalg import Linalg
from xdsl.dialects.linalg.ops import GenericOp
from xdsl.ir import Dialect

from convopt.convdialect.linalg.generic import parse_generic
from convopt.convdialect.linalg.named import NAMED_OPERATIONS

_KEPT = ("linalg.matmul",)
"""Operations of xDSL that have more than their form: indexing maps that say what is transposed."""


def extended_linalg() -> Dialect:
    """The dialect that convopt reads. xDSL's reader of `linalg.generic` is replaced on the way."""
    generic: Any = GenericOp
    generic.parse = classmethod(parse_generic)
    ours = {op.name: op for op in NAMED_OPERATIONS if op.name not in _KEPT}
    theirs = [op for op in Linalg.operations if op.name not in ours]
    return Dialect("linalg", [*theirs, *ours.values()], [*Linalg.attributes])
