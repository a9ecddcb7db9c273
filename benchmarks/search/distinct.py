"""Tiles that compile to the same code are one: what differs is only how their rest is written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from convopt.benchmarks.layer import LayerData
from convopt.benchmarks.layer_code import Candidate, LayerCode, layer_code

_DEFINITION = re.compile(r"^define [^@\n]*@(?P<name>[\w.$]+)\(", re.MULTILINE)


@dataclass(frozen=True)
class DistinctCode:
    """Code, and the tiles that it is of."""

    code: LayerCode
    candidates: tuple[Candidate, ...]


def distinct_codes(
    data: LayerData, target: str, candidates: Iterable[Candidate]
) -> list[DistinctCode]:
    """Compile a layer with every tile; tiles with equal code and weights come together."""
    codes: dict[tuple[str, bytes], LayerCode] = {}
    tiles: dict[tuple[str, bytes], list[Candidate]] = {}
    for candidate in candidates:
        code = layer_code(data, target, candidate.tile)
        key = without_names(code.llvm_text), code.weights.tobytes()
        codes.setdefault(key, code)
        tiles.setdefault(key, []).append(candidate)
    return [DistinctCode(code, tuple(tiles[key])) for key, code in codes.items()]


def without_names(text: str) -> str:
    """LLVM IR text with numbers for the names of the functions it defines.

    The name of a kernel holds its tile.
    """
    names = {match["name"]: f"@{number}" for number, match in enumerate(_DEFINITION.finditer(text))}
    return re.sub(r"@([\w.$]+)", lambda match: names.get(match[1], match[0]), text)
