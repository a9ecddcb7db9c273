"""Machine code cut into straight lines, with how often each was executed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from convopt.testing.aarch64_decode import Effects, decode
from convopt.testing.elf import Image, Symbol

_WORD = 4


@dataclass(frozen=True)
class CodeBlock:
    """Instruction words that were executed one after the other, `executions` times.

    `offset`: bytes from the start of the function `symbol`.
    """

    symbol: str
    offset: int
    words: tuple[int, ...]
    executions: int

    @cached_property
    def effects(self) -> Effects:
        """Of one execution."""
        return sum(map(decode, self.words), Effects())

    @property
    def instructions(self) -> int:
        """Of all executions."""
        return len(self.words) * self.executions


def total_effects(blocks: Iterable[CodeBlock]) -> Effects:
    """Of all executions of all blocks."""
    return sum((block.effects.times(block.executions) for block in blocks), Effects())


def hottest(blocks: Iterable[CodeBlock]) -> CodeBlock:
    """The block in which most instructions were executed."""
    return max(blocks, key=lambda block: block.instructions)


def code_blocks(image: Image, runs: Mapping[tuple[int, int], int]) -> tuple[CodeBlock, ...]:
    """The code of `runs`: (address, bytes) of a piece of straight code, and how often it ran.

    Emulators cut code by their own needs, at page boundaries or after some number of instructions;
    what is returned ends only at branches and where the count changes. Raises ValueError for code
    outside of every function.
    """
    executions: Counter[int] = Counter()
    for (start, size), count in runs.items():
        for address in range(start, start + size, _WORD):
            executions[address] += count
    functions = _functions(image)
    blocks = []
    for addresses in _straight_lines(image, executions):
        name, function = _containing(functions, addresses[0])
        words = tuple(_word(image, address) for address in addresses)
        offset = addresses[0] - function.address
        blocks.append(CodeBlock(name, offset, words, executions[addresses[0]]))
    return tuple(blocks)


def _straight_lines(image: Image, executions: Mapping[int, int]) -> Iterator[list[int]]:
    starts = {function.address for _, function in _functions(image)}
    line: list[int] = []
    for address in sorted(executions):
        if line and (
            address != line[-1] + _WORD
            or address in starts
            or executions[address] != executions[line[-1]]
            or decode(_word(image, line[-1])).branches
        ):
            yield line
            line = []
        line.append(address)
    if line:
        yield line


def _functions(image: Image) -> list[tuple[str, Symbol]]:
    return [(name, symbol) for name, symbol in image.symbols.items() if symbol.size]


def _containing(functions: list[tuple[str, Symbol]], address: int) -> tuple[str, Symbol]:
    for name, symbol in functions:
        if symbol.address <= address < symbol.address + symbol.size:
            return name, symbol
    raise ValueError(f"expected code inside a function, found {address:#x}")


def _word(image: Image, address: int) -> int:
    at = address - image.base
    return int.from_bytes(image.data[at : at + _WORD], "little")
