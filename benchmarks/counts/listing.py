"""Finding executed blocks in assembly as LLVM prints it for AArch64."""

import re
import struct
from collections import Counter
from collections.abc import Sequence

from convopt.testing.code_blocks import CodeBlock
from convopt.testing.elf import load_object

_INSTRUCTION = re.compile(r"^\t(?![.#/])(?P<text>[^\n]*?)\s*(?://.*)?$")
_END = ".Lfunc_end"
_NOP = 0xD503201F


def block_instructions(assembly: str, object_code: bytes, block: CodeBlock) -> list[str]:
    """The instructions of an executed block, tabs as spaces, from the assembly of the same code.

    Every instruction in LLVM's assembly is one word of the object; only the object has the NOPs
    that align loops. Raises ValueError if assembly and object do not fit together.
    """
    image = load_object(object_code, 0)
    function = image.symbols[block.symbol]
    words = struct.unpack_from(f"<{function.size // 4}I", image.data, function.address)
    written = [text for text in function_instructions(assembly, block.symbol) if text != "nop"]
    first = block.offset // 4
    expected = _count_real(words)
    if len(written) != expected:
        raise ValueError(
            f"expected {expected} instructions in {block.symbol}, found {len(written)}"
        )
    start = _count_real(words[:first])
    return written[start : start + _count_real(block.words)]


def _count_real(words: Sequence[int]) -> int:
    return sum(word != _NOP for word in words)


def function_instructions(assembly: str, function: str) -> list[str]:
    """All instructions of a function. Raises ValueError if it is not there."""
    lines = iter(assembly.splitlines())
    labels = (f"{function}:", f'"{function}":')
    if not any(line.startswith(labels) for line in lines):
        raise ValueError(f"expected a function called {function} in the assembly, found none")
    found = []
    for line in lines:
        if line.startswith(_END):
            break
        if match := _INSTRUCTION.match(line):
            found.append(match["text"].replace("\t", " "))
    return found


def mnemonics(instructions: Sequence[str]) -> dict[str, int]:
    """How often each mnemonic occurs, most frequent first."""
    return dict(Counter(text.split()[0] for text in instructions).most_common())
