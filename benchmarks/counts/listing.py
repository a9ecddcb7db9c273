"""Finding executed blocks in assembly as LLVM prints it for AArch64."""

import re
from collections import Counter
from collections.abc import Sequence

from convopt.testing.code_blocks import CodeBlock

_INSTRUCTION = re.compile(r"^\t(?![.#/])(?P<text>[^\n]*?)\s*(?://.*)?$")
_END = ".Lfunc_end"


def block_instructions(assembly: str, block: CodeBlock) -> list[str]:
    """The instructions of an executed block, tabs as spaces.

    Every instruction in LLVM's assembly is one word of the object. Raises ValueError if the
    function is not in the assembly or is too short.
    """
    lines = function_instructions(assembly, block.symbol)
    first = block.offset // 4
    found = lines[first : first + len(block.words)]
    if len(found) != len(block.words):
        raise ValueError(
            f"expected {first + len(block.words)} instructions in {block.symbol}, "
            f"found {len(lines)}"
        )
    return found


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
